"""Signing in at an OpenID provider: cookies and addresses behind a proxy, groups, waits, settings that are refused."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from provider import CLIENT, SECRET, Provider, providing
from standing import Answered, Sender, standing

from rag.cli.sign_on import chosen_sign_on
from rag.config import load_config
from rag.errors import ConfigProblem
from rag.server import OpenIdSignOn, openid
from rag.server import provider as talking
from rag.server.addresses import PublicUrl
from rag.server.openid import SESSION_HOURS
from rag.storage import SessionStore
from rag.types import Session

PUBLIC = PublicUrl("https", "docs.example.test", "/footnote")


@pytest.fixture(scope="module")
def kept_provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(kept_provider: Provider) -> Provider:
    usual = Provider()
    kept_provider.account, kept_provider.says, kept_provider.wait = usual.account, usual.says, usual.wait
    kept_provider.asked.clear()
    return kept_provider


def at(provider: Provider, **more: str) -> OpenIdSignOn:
    return OpenIdSignOn(provider.issuer, CLIENT, SECRET, **more)


def cookies(answer: Answered) -> str:
    return "; ".join(line.partition(";")[0] for line in answer.cookies if "max-age=0" not in line.lower())


def walk(send: Sender, provider: Provider, start: str = "/login?now", **headers: str) -> Answered:
    """There and back."""
    gone = send(start, None, headers)
    assert gone.status == 303, gone
    parts = urlsplit(gone.headers["location"])
    assert parts.netloc == f"127.0.0.1:{provider.port}"
    back = urlsplit(Sender(provider.port)(f"{parts.path}?{parts.query}").headers["location"])
    return send(f"{back.path}?{back.query}", None, {**headers, "cookie": cookies(gone)})


def test_behind_a_proxy_with_tls_cookies_are_for_its_path_and_tls_alone(provider: Provider) -> None:
    headers = {"host": PUBLIC.host, "x-forwarded-for": "192.0.2.1"}
    with standing(sign_on=at(provider), public=PUBLIC) as send:
        gone = send("/footnote/login?now", None, headers)
        asked = parse_qs(urlsplit(gone.headers["location"]).query)
        assert asked["redirect_uri"] == ["https://docs.example.test/footnote/signed-in"]
        back = walk(send, provider, "/footnote/login?now", **headers)
        assert (back.status, back.headers["location"]) == (303, "./")
        given = [line for line in (*gone.cookies, *back.cookies) if "max-age=0" not in line.lower()]
        assert len(given) == 2
        for line in given:
            assert {"secure", "httponly", "path=/footnote", "samesite=lax"} <= set(line.lower().split("; ")), line
        assert b'"ada"' in send("/", None, {**headers, "cookie": cookies(back)}).body


def test_who_wanted_a_collection_comes_to_it_and_nowhere_else(provider: Provider) -> None:
    with standing(sign_on=at(provider)) as send:
        for to, there in (
            ("river", "c/river/"),
            ("river%2Blights", "c/river+lights/"),
            ("//evil.test", "./"),
            ("https:evil.test", "./"),
            ("..", "./"),
            ("a" * 3000, "./"),
        ):
            assert walk(send, provider, f"/login?to={to}&now").headers["location"] == there, to


def test_groups_are_those_that_the_account_is_in(provider: Provider) -> None:
    def groups(told: object, **more: str) -> bytes:
        provider.account = {"sub": "1", "preferred_username": "ada", "groups": told, "roles": ["boss"]}
        with standing(sign_on=at(provider, **more)) as send:
            return send("/", None, {"cookie": cookies(walk(send, provider))}).body

    assert b'"groups":["editors","/staff"]' in groups(["editors", "/staff", "editors", "*", "@x", 5, None, ["a"]])
    assert b'"groups":["editors"]' in groups("editors")
    assert b'"groups":[]' in groups({"editors": True})
    assert b'"groups":["boss"]' in groups(["editors"], groups_claim="roles")
    assert b'"groups":["editors"]' in groups(["editors"], group="editors")


@pytest.mark.parametrize("told", [["staff"], [], None, "editors2"])
def test_who_is_not_in_the_group_is_not_let_in(provider: Provider, told: object) -> None:
    provider.account = {"sub": "1", "preferred_username": "ada", "groups": told}
    with standing(sign_on=at(provider, group="editors")) as send:
        answer = walk(send, provider)
        assert (answer.status, b"not in the group" in answer.body) == (403, True)
        assert send("/page/ask", b"{}", {"cookie": cookies(answer)}).status == 401


def test_the_name_can_be_another_claim(provider: Provider) -> None:
    provider.account = {"sub": "1", "preferred_username": "ada", "upn": "ada@corp", "email": "a@b.c"}
    for claim, said in (("upn", b'"ada@corp"'), ("sub", b'"1"'), ("email", b'"a@b.c"')):
        with standing(sign_on=at(provider, name_claim=claim)) as send:
            assert said in send("/", None, {"cookie": cookies(walk(send, provider))}).body
    provider.account |= {"email_verified": False}
    with standing(sign_on=at(provider, name_claim="email")) as send:
        assert walk(send, provider).status == 403
    with standing(sign_on=at(provider, name_claim="nickname")) as send:
        assert walk(send, provider).status == 403, "no other claim takes its place"


def test_a_way_that_took_too_long_is_begun_anew(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "_MINUTES", -1)
    with standing(sign_on=at(provider)) as send:
        answer = walk(send, provider)
    assert (answer.status, b"Sign in again" in answer.body) == (400, True)
    assert "token" not in provider.asked


def test_a_session_ends_even_if_it_is_used() -> None:
    now = [0.0]
    sessions = SessionStore(clock=lambda: now[0])
    token = sessions.begin(Session("ada", ("staff",)), SESSION_HOURS * 3600)
    for hours in (1, 6, SESSION_HOURS - 0.1):
        now[0] = hours * 3600
        assert sessions.find(token) == Session("ada", ("staff",))
    now[0] = SESSION_HOURS * 3600
    assert sessions.find(token) is None


def test_a_provider_that_cannot_be_reached_is_said_and_not_asked_by_every_visitor() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/realm"
    with standing(sign_on=OpenIdSignOn(nobody, CLIENT)) as send:
        answer = send("/login?now")
        assert (answer.status, b"cannot be reached to sign you in. Try again later." in answer.body) == (502, True)
        assert send("/").status == 303
        assert send("/page/ask", b"{}").status == 401


def test_a_slow_provider_is_given_up(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking, "SECONDS", 0.3)
    provider.wait = 1.0
    with standing(sign_on=at(provider)) as send:
        began = time.monotonic()
        for _ in range(5):
            assert send("/login?now").status == 502
        assert time.monotonic() - began < 1.5
    assert provider.asked == ["itself"], "for a moment nobody asks it again"


@pytest.mark.parametrize(
    "says",
    [
        {"issuer": "https://login.example.test"},
        {"issuer": None},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": ""},
        {"jwks_uri": "file:///etc/passwd"},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "http://192.0.2.1/account"},
    ],
)
def test_a_provider_that_leads_elsewhere_is_not_followed(provider: Provider, says: dict[str, Any]) -> None:
    provider.says = says
    with standing(sign_on=at(provider)) as send:
        answer = send("/login?now")
    assert (answer.status, b"could not be verified" in answer.body) == (502, True)
    assert provider.asked == ["itself"]


def test_where_there_is_no_signing_out_only_ours_ends(provider: Provider) -> None:
    provider.says = {"end_session_endpoint": None}
    with standing(sign_on=at(provider)) as send:
        cookie = {"cookie": cookies(walk(send, provider))}
        assert send("/", None, cookie).status == 200
        answer = send("/logout", b"", cookie)
        assert (answer.status, answer.headers["location"]) == (303, "login")
        assert send("/", None, cookie).status == 303
        assert b"Sign in at 127.0.0.1" in send("/login", None, cookie).body
        evil = send("/logout", b"", {"origin": "https://evil.test"})
        assert evil.status == 403


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"oidc_issuer": "http://login.example.test", "oidc_client": "a"}, "https"),
        ({"oidc_issuer": "login.example.test", "oidc_client": "a"}, "https"),
        ({"oidc_issuer": "https://a:b@login.example.test", "oidc_client": "a"}, "https"),
        ({"oidc_issuer": "https://login.example.test/?a", "oidc_client": "a"}, "https"),
        ({"oidc_issuer": "https://[::1", "oidc_client": "a"}, "https"),
        ({"oidc_issuer": "https://login.example.test"}, "oidc_client"),
        ({"oidc_client": "a"}, "https"),
    ],
)
def test_settings_that_cannot_work(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigProblem, match=said):
        chosen_sign_on(load_config(**settings), None)


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.server.sign_on.find_spec", lambda name: None)
    with pytest.raises(ConfigProblem) as told:
        chosen_sign_on(load_config(oidc_issuer="https://login.example.test", oidc_client="a"), None)
    assert told.value.hint == "pip install 'footnote-rag[oidc]'"


def test_a_secret_is_in_no_representation() -> None:
    config = load_config(oidc_issuer="https://login.example.test", oidc_client="a", oidc_secret=SECRET)
    assert SECRET not in repr(config) + repr(chosen_sign_on(config, None))
