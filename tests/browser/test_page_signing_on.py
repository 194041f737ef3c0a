"""Signed in by somebody else: a proxy that names people in a header, as docs/deploying.md sets it up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from paths import ROOT
from standing import Sender, serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from .conftest import absent
from .proxying import NAME, Person, configured, free_port, program
from .serving import Server, served

pytestmark = pytest.mark.xdist_group("browser")


def gate() -> Starlette:
    """What oauth2-proxy answers to nginx: who somebody is by their cookie, and where to sign in."""

    def auth(request: Request) -> Response:
        name = request.cookies.get("_oauth2_proxy")
        if name is None:
            return Response(status_code=401)
        return Response(status_code=202, headers={"x-auth-request-user": name, "x-auth-request-groups": "editors"})

    def sign_in(request: Request) -> Response:
        return RedirectResponse("https://login.example.test/", 302)

    return Starlette(routes=[Route("/oauth2/auth", auth), Route("/oauth2/start", sign_in)])


@contextmanager
def gated(folder: Path, port: int, behind: int, gate: int) -> Iterator[None]:
    """nginx with the lines of the docs, but for names, ports and the certificate."""
    said = re.search(
        r"```nginx\n(    location /oauth2/.+?)```", (ROOT / "docs" / "deploying.md").read_text(), re.DOTALL
    )
    assert said is not None
    named = said[1].replace("Host $host", "Host $http_host")  # ours has a port of its own
    locations = named.replace(":7860", f":{behind}").replace(":4180", f":{gate}")
    with configured(folder, port, locations):
        yield


@pytest.fixture(scope="module")
def behind_gate(index: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, int]]:
    """The page behind nginx and what signs people in, and the port of nginx."""
    if program() is None:
        absent("there is no nginx on this machine (Debian: apt-get install nginx-light)")
    port = free_port()
    with (
        serving(gate()) as signing,
        served(*index, "--sign-on-header", "X-Remote-User", "--public-url", f"http://{NAME}:{port}") as server,
        gated(tmp_path_factory.mktemp("gated"), port, int(urlsplit(server.url).port or 0), signing.port),
    ):
        yield server, port


def user_in(page: bytes) -> str:
    found = re.search(r'<meta name="user" content="([^"]*)" data-stays>', page.decode())
    return found[1] if found else ""


def test_what_a_visitor_says_in_the_header_never_counts(behind_gate: tuple[Server, int]) -> None:
    _, port = behind_gate
    stranger, ada = Person(port, tls=False), Person(port, tls=False)
    ada.cookies["_oauth2_proxy"] = "ada"
    claims: list[dict[str, Any]] = [
        {},
        {"X_Remote_User": "root"},
        {"x_remote_user": "root", "X_Auth_Request_User": "root"},
    ]
    for claim in claims:
        status, headers, _ = stranger.ask("/", **claim)
        assert (status, urlsplit(headers["location"]).path) == (302, "/oauth2/start")
        assert stranger.ask("/oauth2/start")[1]["location"] == "https://login.example.test/"
        assert stranger.ask("/page/state", {}, **claim)[0] == 401
        status, _, page = ada.ask("/", **claim)
        assert (status, user_in(page)) == (200, "ada")
    assert ada.ask("/page/state", {}, X_Remote_User="root")[0] == 200
    # What has an underscore where the header has a hyphen is another header, though some programs take it for the same.
    send = Sender(port)
    page = send("/", None, {"X_Remote_User": "root", "Cookie": "_oauth2_proxy=ada", "Host": f"{NAME}:{port}"}).body
    assert user_in(page) == "ada"


def test_conversations_are_those_of_whom_the_proxy_names(behind_gate: tuple[Server, int]) -> None:
    _, port = behind_gate
    ada, bob = Person(port, tls=False), Person(port, tls=False)
    ada.cookies["_oauth2_proxy"], bob.cookies["_oauth2_proxy"] = "ada", "bob"
    kept = {"id": "one", "title": "Ferries", "at": 5, "conversation": {"turns": [], "shown": []}}
    assert ada.ask("/page/keep", kept)[0] == 200
    assert b"Ferries" in ada.ask("/page/conversations", {"text": ""})[2]
    status, _, listed = bob.ask("/page/conversations", {"text": ""}, X_Remote_User="ada")
    assert (status, b"Ferries" in listed) == (200, False)


def test_past_the_proxy_nobody_is_anybody_without_its_header(behind_gate: tuple[Server, int]) -> None:
    server, _ = behind_gate
    send = Sender(int(urlsplit(server.url).port or 0))
    answer = send("/")
    assert (answer.status, answer.body) == (
        401,
        b"The proxy in front of this page did not say who is asking. Sign in there first.",
    )
    assert send("/footnote/main.js").status == 401
