"""Who is believed to be whom by what a proxy sends; and settings by which anybody could be anybody are refused."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from standing import Sender, serving, standing

from rag.cli.sign_on import chosen_sign_on
from rag.collections import CollectionFolder, OpenCollections
from rag.config import load_config
from rag.errors import ConfigProblem
from rag.server import HeaderSignOn
from rag.server.doorkeeper import doorkeeper_for
from rag.server.team import team_application
from rag.storage import TeamStore

BY_HEADER = HeaderSignOn("X-Remote-User", "X-Remote-Groups")


def sent(
    send: Sender, *headers: tuple[str, str | bytes], path: str = "/", source: str = "127.0.0.1"
) -> tuple[int, str]:
    """Status and body of what is answered to one request, whose headers may repeat."""
    with closing(http.client.HTTPConnection("127.0.0.1", send.port, timeout=60, source_address=(source, 0))) as to:
        to.putrequest("GET", path)
        for name, value in headers:
            to.putheader(name, value)
        to.endheaders()
        with to.getresponse() as answer:
            return answer.status, answer.read().decode()


@pytest.mark.parametrize("name", ["ada", "Ada Lovelace", "ada@example.org", "CORP\\ada", "Zoë", "阿达", "a" * 256])
def test_a_name_from_the_proxy_is_who_asks(name: str) -> None:
    with standing(sign_on=BY_HEADER) as send:
        status, body = sent(send, ("x-remote-user", name.encode()))
    assert (status, json.loads(body)["user"], json.loads(body)["groups"]) == (200, name, [])


@pytest.mark.parametrize(
    "name",
    [
        b"a:b",
        b"#ada",
        b"@editors",
        b"*",
        b"a\x00b",
        b"ada\xe2\x80\x8b",  # an invisible space
        b"ada\xe2\x80\xae",  # turns the rest around
        b"ada\xc2\xa0",
        b"\xff\xfe",
        b"a\tb",
        b"a" * 257,
    ],
)
def test_what_can_be_nobodys_name_is_refused(name: bytes) -> None:
    with standing(sign_on=BY_HEADER) as send:
        status, body = sent(send, ("X-Remote-User", name))
    assert status in (400, 401)
    assert "cannot be used" in body or status == 400  # what no header may hold is refused before us


def test_nobody_is_let_in_without_a_name_or_with_two() -> None:
    with standing(sign_on=BY_HEADER) as send:
        for path in ("/", "/page/ask"):
            assert sent(send, path=path) == (
                401,
                "The proxy in front of this page did not say who is asking. Sign in there first.",
            )
        assert sent(send, ("X-Remote-User", ""))[0] == 401
        for pair in (("ada", "root"), ("", "root"), ("root", "")):
            status, body = sent(send, *(("X-Remote-User", name) for name in pair))
            assert (status, "more than one name" in body) == (401, True), pair
        assert sent(send, ("X_Remote_User", "root"), ("X-Remote-User-Id", "root"))[0] == 401
        assert sent(send, ("Authorization", "Basic YWRhOng="), ("Cookie", "footnote=ada"))[0] == 401
        for path in ("/login", "/logout", "/signed-in"):
            assert sent(send, ("X-Remote-User", "ada"), path=path)[0] == 404, "there is nothing to sign in to"


def test_groups_are_those_that_can_be_called_so() -> None:
    with standing(sign_on=BY_HEADER) as send:

        def groups(*sent_groups: str) -> object:
            headers = [("X-Remote-User", "ada"), *(("X-Remote-Groups", each) for each in sent_groups)]
            status, body = sent(send, *headers)
            assert status == 200
            return json.loads(body)["groups"]

        assert groups() == []
        assert groups("editors, staff,editors") == ["editors", "staff"]
        assert groups("@editors,*, a:b,,#x,/team/readers") == ["/team/readers"]
        assert groups("editors", "managers") == [], "whose is the second?"
        assert len(groups(",".join(map(str, range(500))))) == 200  # type: ignore[arg-type]
    with standing(sign_on=HeaderSignOn("X-Remote-User")) as send:
        body = sent(send, ("X-Remote-User", "ada"), ("X-Remote-Groups", "editors"))[1]
        assert json.loads(body)["groups"] == [], "nobody has said that groups come so"


def test_only_the_proxy_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another address of this machine stands for the proxy."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.9, 10.0.0.0/8")
    name = ("X-Remote-User", "ada")
    with standing(sign_on=BY_HEADER) as send:
        assert sent(send, name, source="127.0.0.9")[0] == 200
        for claimed in ([], [("X-Forwarded-For", "127.0.0.9")], [("X-Forwarded-For", "10.1.2.3, 127.0.0.9")]):
            status, body = sent(send, name, *claimed)
            assert (status, "through the proxy" in body) == (401, True), claimed
        # The proxy's own word on where the visitor is does not make the visitor the proxy, nor the proxy another.
        assert sent(send, name, ("X-Forwarded-For", "192.0.2.1"), source="127.0.0.9")[0] == 200


def test_rights_to_collections_are_those_of_the_groups_that_the_proxy_names(tmp_path: Path) -> None:
    folder = CollectionFolder(tmp_path)
    for title in ("River", "Lights"):
        folder.make(title)
    store = TeamStore(folder.rights)
    store.grant("river", "ada", "manage")
    store.grant("lights", "@editors", "add")
    opened = OpenCollections(folder, load_config())
    app = team_application(opened, load_config(), doorkeeper_for(None, BY_HEADER, None), tuple)
    with serving(app) as send:

        def levels(name: str, groups: str) -> dict[str, str]:
            headers = {"X-Remote-User": name, "X-Remote-Groups": groups, "Content-Type": "application/json"}
            told = json.loads(send("/team/state", b"{}", headers).body)
            assert told["user"] == name
            return {each["name"]: each["level"] for each in told["collections"]}

        assert levels("ada", "") == {"river": "manage"}
        assert levels("bob", "staff, editors") == {"lights": "add"}
        assert levels("bob", "@editors, *, ada") == {}
        page = sent(send, ("X-Remote-User", "bob"))
        assert (page[0], '<meta name="user" content="bob" data-stays>' in page[1]) == (200, True)
        assert sent(send, path="/c/river/")[0] == 401
        assert sent(send, ("X-Remote-User", "bob"), path="/c/river/")[0] == 404
    opened.close()


@pytest.mark.parametrize(
    ("settings", "users", "proxies", "said"),
    [
        ({"sign_on_header": "X-Remote-User", "host": "0.0.0.0"}, None, "", "be anybody"),
        ({"sign_on_header": "X-Remote-User", "host": "0.0.0.0"}, None, "*", "be anybody"),
        ({"sign_on_header": "X-Remote-User", "host": "box.local"}, None, "", "be anybody"),
        ({"sign_on_header": "X-Remote-User"}, Path("users.txt"), "", "--auth and sign_on_header"),
        ({"sign_on_header": "X-A", "oidc_issuer": "https://a.test"}, None, "", "sign_on_header and oidc_issuer"),
        ({"oidc_issuer": "https://a.test", "oidc_client": "a"}, Path("users.txt"), "", "--auth and oidc_issuer"),
        ({"sign_on_groups_header": "X-Groups"}, None, "", "without sign_on_header"),
        ({"sign_on_header": "X-A", "sign_on_groups_header": "x-a"}, None, "", "same header"),
        ({"sign_on_header": "Cookie"}, None, "", "cannot be the header"),
        ({"sign_on_header": "X-Forwarded-For"}, None, "", "cannot be the header"),
        ({"sign_on_header": "X-User", "sign_on_groups_header": "Accept-Language"}, None, "", "cannot be the header"),
        ({"sign_on_header": "X Remote User"}, None, "", "cannot be the header"),
        ({"sign_on_header": "X_Remote_User"}, None, "", "cannot be the header"),
    ],
)
def test_settings_that_cannot_work_or_would_let_anybody_in(
    settings: dict[str, str], users: Path | None, proxies: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", proxies)
    with pytest.raises(ConfigProblem, match=said) as told:
        chosen_sign_on(load_config(**settings), users)
    assert told.value.hint


@pytest.mark.parametrize(
    ("host", "proxies"), [("127.0.0.1", ""), ("localhost", ""), ("::1", ""), ("0.0.0.0", "10.0.0.2")]
)
def test_settings_that_are_safe(host: str, proxies: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", proxies)
    assert chosen_sign_on(load_config(host=host, sign_on_header="Remote-User"), None) == HeaderSignOn("Remote-User")
    assert chosen_sign_on(load_config(host=host), Path("users.txt")) is None


def test_the_program_refuses_to_start_where_anybody_could_send_the_header(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rag", "serve", "--host", "0.0.0.0", "--sign-on-header", "X-Remote-User"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Whoever reaches 0.0.0.0 could send the header X-Remote-User and be anybody.",
        "Leave --host out where the proxy runs on this machine, or name the proxy: FORWARDED_ALLOW_IPS=10.0.0.2",
    ]
    assert list(tmp_path.iterdir()) == [], "nothing was begun"
