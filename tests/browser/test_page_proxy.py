"""Behind a real nginx or Caddy: with TLS in front, the Host handed on or not, under a sub-path or not, signed in."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import pytest

from rag.server.users import users_file_line

from .conftest import SWITCHES, absent
from .driving import EVIDENCE, LIGHTHOUSE, ask, drop, sign_in, write_sources
from .proxying import NAME, Person, caddied, free_port, program, proxied
from .serving import PATIENCE, ROOT, Server, Watch, listen, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

SECRET = "a long secret"
LIT = "When was the lighthouse at Cape Orrin first lit?"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module", autouse=True)
def _nginx() -> None:
    if program() is None:
        absent("there is no nginx on this machine (Debian: apt-get install nginx-light)")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index, its sources, and a file of users."""
    import rag

    folder = tmp_path_factory.mktemp("proxied")
    write_sources(folder / "sources")
    rag.build(folder / "sources", folder / "index")
    (folder / "users.txt").write_text(users_file_line("ada", SECRET) + "\n")
    return folder


@pytest.fixture(scope="module")
def under(place: Path) -> Iterator[tuple[Server, int]]:
    """The page under a sub-path with signing in, and the port of its public address."""
    port = free_port()
    more = ("--auth", str(place / "users.txt"), "--public-url", f"https://{NAME}:{port}/footnote")
    with served(place / "index", place / "sources", *more) as server:
        yield server, port


def behind(server: Server) -> int:
    return int(urlsplit(server.url).port or 0)


def signed_in(person: Person, prefix: str) -> dict[str, str]:
    """Signs in and gives the headers of the answer."""
    form = f"username=ada&password={SECRET.replace(' ', '+')}".encode()
    status, headers, _ = person.ask(f"{prefix}/login", form, Content_Type=FORM)
    assert (status, urljoin(f"{prefix}/login", headers["location"])) == (303, f"{prefix}/")
    return headers


def everything(person: Person, prefix: str) -> None:
    """What a person does on the page, asked for as the page asks."""
    status, headers, page = person.ask(f"{prefix}/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    for href in re.findall(r'(?:src|href)="([^"]+)"', page.decode()):
        assert person.ask(urljoin(f"{prefix}/", href))[0] == 200, href

    def call(name: str, **given: Any) -> Any:
        status, _, body = person.ask(f"{prefix}/page/{name}", given)
        assert status == 200, body
        return json.loads(body)

    assert call("state")["sources"] >= 4
    status, headers, body = person.ask(f"{prefix}/page/ask", {"question": LIT})
    assert (status, headers["content-type"]) == (200, "application/x-ndjson"), (status, headers, body)
    done = json.loads(body.decode().splitlines()[-1])
    assert done.get("claims"), done
    cited = done["claims"][0]["citations"][0]
    assert cited["quote"] == LIGHTHOUSE[slice(*cited["span"])]
    place = {name: cited[name] for name in ("document_id", "span", "quote", "path")}
    assert call("evidence", **place)["verdict"] == "exact"
    (tides,) = [each for each in call("sources") if each["path"] == "reports/tides.pdf"]
    picture = f"{prefix}/page/picture?document={tides['document_id']}&page=1&width=400"
    assert person.ask(picture)[2].startswith(b"\x89PNG")
    assert person.ask(f"{prefix}/page/original/{cited['document_id']}/x.md")[2].decode() == LIGHTHOUSE
    status, _, body = person.ask(f"{prefix}/page/receive?name=new.md", b"# New\n\nBrought in.\n")
    assert status == 200, body
    assert call("remove", path=json.loads(body)["path"])["token"]
    status, _, body = person.ask(f"{prefix}/gradio_api/run/search", {"data": ["lighthouse", 1, None]})
    assert (status, json.loads(body)["data"][0][0]["path"]) == (200, "lighthouse.md")


@pytest.mark.parametrize(
    ("strips", "keeps"), [(True, True), (False, False)], ids=["path-taken-off-host-kept", "path-kept-host-of-upstream"]
)
def test_under_a_sub_path_with_tls_and_signing_in(
    under: tuple[Server, int], tmp_path: Path, strips: bool, keeps: bool
) -> None:
    server, port = under
    with proxied(tmp_path / "nginx", port, behind(server), prefix="/footnote", strips=strips, keeps=keeps):
        person = Person(port)
        status, headers, _ = person.ask("/footnote")
        assert (status // 100, urlsplit(headers["location"]).path) == (3, "/footnote/")
        status, headers, _ = person.ask("/footnote/")
        assert (status, urljoin("/footnote/", headers["location"])) == (303, "/footnote/login")
        assert '<form method="post">' in person.ask("/footnote/login")[2].decode(), "to where it stands"
        cookie = signed_in(person, "/footnote")["set-cookie"].lower()
        assert {"secure", "httponly", "path=/footnote", "samesite=lax"} <= set(cookie.split("; "))
        everything(person, "/footnote")
        status, headers, _ = person.ask("/footnote/logout", b"", Content_Type=FORM)
        assert (status, urljoin("/footnote/logout", headers["location"])) == (303, "/footnote/login")
        assert "path=/footnote" in headers["set-cookie"].lower()
        assert person.ask("/footnote/page/state", {})[0] == 401


def test_behind_caddy_as_the_docs_set_it_up(under: tuple[Server, int], tmp_path: Path) -> None:
    if shutil.which("caddy") is None:
        absent("there is no Caddy on this machine (Debian: apt-get install caddy)")
    server, port = under
    with caddied(tmp_path / "caddy", port, behind(server)):
        person = Person(port)
        status, headers, _ = person.ask("/footnote")
        assert (status // 100, urlsplit(headers["location"]).path) == (3, "/footnote/")
        assert person.ask("/page/state", {})[2] == b"", "what lies beside the path is none of the page's"
        cookie = signed_in(person, "/footnote")["set-cookie"].lower()
        assert {"secure", "httponly", "path=/footnote", "samesite=lax"} <= set(cookie.split("; "))
        everything(person, "/footnote")
        status, headers, _ = person.ask("/footnote/logout", b"", Content_Type=FORM)
        assert (status, urljoin("/footnote/logout", headers["location"])) == (303, "/footnote/login")


def test_a_connection_outlives_the_idle_time_of_a_web_server(under: tuple[Server, int]) -> None:
    """A proxy keeps its connections for minutes; into one that we have closed it would send a question, and lose it."""
    connection = http.client.HTTPConnection("127.0.0.1", behind(under[0]), timeout=60)
    connection.connect()
    ours = connection.sock
    for wait in (7, 0):  # seconds; uvicorn's own patience is 5
        connection.request("GET", "/login", headers={"Host": f"127.0.0.1:{behind(under[0])}"})
        assert connection.getresponse().read()
        assert connection.sock is ours, "the connection was closed"
        time.sleep(wait)
    connection.close()


def test_this_machine_itself_is_served_as_before(under: tuple[Server, int]) -> None:
    server, _ = under
    host = f"127.0.0.1:{behind(server)}"
    person = Person(behind(server), tls=False, host=host)
    cookie = signed_in(person, "")["set-cookie"].lower()
    assert "path=/" in cookie.split("; ")
    assert "secure" not in cookie
    everything(person, "")


@pytest.mark.parametrize(
    ("keeps", "tls"), [(True, False), (False, True)], ids=["plain-host-kept", "tls-host-of-upstream"]
)
def test_at_the_root_of_a_name(place: Path, tmp_path: Path, keeps: bool, tls: bool) -> None:
    port = free_port()
    public = f"{'https' if tls else 'http'}://{NAME}:{port}"
    with (
        served(place / "index", place / "sources", "--public-url", public) as server,
        proxied(tmp_path / "nginx", port, behind(server), tls=tls, strips=False, keeps=keeps),
    ):
        everything(Person(port, tls=tls), "")
        others = [f"{public}.attacker.test", "https://attacker.test", "null", public.replace(str(port), "1")]
        for origin in [*others, *([public.replace("https", "http")] if tls else [])]:
            status, headers, body = Person(port, tls=tls, origin=origin).ask("/page/state", {})
            assert (status, "public_url" in json.loads(body)["error"]) == (403, True), origin
            assert not [name for name in headers if name.startswith("access-control")]
        host = f"127.0.0.1:{behind(server)}"
        assert Person(behind(server), tls=False, host=host).ask("/page/state", {})[0] == 200
        for name in ("attacker.test", f"{NAME}.attacker.test:{port}", f"{NAME}:1"):
            status, _, body = Person(behind(server), tls=False, host=name).ask("/")
            assert (status, b"public_url" in body) == (403, True), name


def test_no_origin_and_no_host_comes_back(under: tuple[Server, int]) -> None:
    """Nothing that a request says of where it comes from, or of what it was sent to, stands in an answer."""
    server, _ = under
    person = Person(behind(server), tls=False, host=f"127.0.0.1:{behind(server)}")
    signed_in(person, "")
    for path in ("/", "/config", "/gradio_api/info", "/page/cases", "/footnote/main.js", "/nothing"):
        strange = {
            "Origin": "https://attacker.test",
            "X_Forwarded_Host": "attacker.test",
            "Forwarded": "host=attacker.test",
        }
        status, headers, body = person.ask(path, None, **strange, X_Forwarded_Prefix="/attacker.test")
        assert status in (200, 404)
        assert b"attacker.test" not in body + repr(headers).encode(), path
        assert not [name for name in headers if name.startswith("access-control")], path


def test_gradio_client_through_the_proxy(under: tuple[Server, int], tmp_path: Path) -> None:
    server, port = under
    script = (
        "import socket, sys\n"
        "real = socket.getaddrinfo\n"
        "def look_up(host, *more, **rest):\n"
        "    return real('127.0.0.1' if host == sys.argv[3] else host, *more, **rest)\n"
        "socket.getaddrinfo = look_up\n"
        "from gradio_client import Client\n"
        "client = Client(sys.argv[1], auth=('ada', sys.argv[2]), verbose=False, ssl_verify=False,\n"
        "    httpx_kwargs={'timeout': 120})\n"
        "print(client.predict(question='lighthouse', k=1, api_name='/search')[0]['path'])\n"
    )
    with proxied(tmp_path / "nginx", port, behind(server), prefix="/footnote"):
        url = f"https://{NAME}:{port}/footnote/"
        command = [sys.executable, "-W", "ignore", "-c", script, url, SECRET, NAME]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=180)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "lighthouse.md"


def test_a_person_walks_through_the_page(under: tuple[Server, int], tmp_path: Path) -> None:
    """Signs in, asks, looks at the evidence and the page of a PDF, brings in a source, signs out."""
    server, port = under
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("playwright is not installed (pip install -e .[dev])")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        absent("there is no chromium on this machine (Debian: apt-get install chromium)")
    switches = [*SWITCHES, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    with (
        proxied(tmp_path / "nginx", port, behind(server), prefix="/footnote", keeps=False),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=switches)
        walk(browser, f"https://{NAME}:{port}/footnote/", server)
        browser.close()


def walk(browser: Browser, url: str, server: Server) -> None:
    watch = Watch()
    context = browser.new_context(viewport={"width": 1280, "height": 800}, ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    listen(page, url, watch)
    sign_in(page, url, "ada", SECRET)
    page.wait_for_selector("#question")
    assert {each["name"] for each in context.cookies()} == {"footnote", "footnote-known"}
    for cookie in context.cookies():
        assert (cookie["secure"], cookie["httpOnly"], cookie["path"]) == (True, True, "/footnote")
    ask(page, LIT)
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(EVIDENCE)
    assert "14 May 1871" in page.locator(".evidence mark").first.inner_text()
    ask(page, "What was the highest tide ever measured at the north quay?")
    page.locator(".turn.last button.chip").first.click()
    page.wait_for_selector(".evidence img")
    drawn = "document.querySelector('.evidence img').complete && document.querySelector('.evidence img').naturalWidth"
    page.wait_for_timeout(200)
    assert page.evaluate(drawn) > 100
    drop(page, "quay.md", "# The quay\n\nThe quay of Orrin was built in 1911 by Lena Hollis.\n")
    page.locator(".arrival[data-state=ready]", has_text="quay.md").wait_for()
    assert (server.sources / "quay.md").exists()
    page.keyboard.press("Escape")
    page.get_by_label("Sign out ada").click()
    page.get_by_label("Password").wait_for()
    assert page.url.partition("#")[0] == f"{url}login", "the address of the conversation outlives it"
    kept = page.evaluate("Object.entries(localStorage).join()")
    assert "lighthouse" not in kept, "conversations end with the session"
    assert "footnote.conversations" not in kept
    page.go_back()
    page.get_by_label("Password").wait_for()
    context.close()
    assert not watch.faults, watch.faults
