"""Signing in at an OpenID provider, a real one that misbehaves on demand: who is let in, and who is not."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from provider import CLIENT, SECRET, Provider, providing, unsigned
from standing import Sender
from starlette.responses import JSONResponse, RedirectResponse, Response

from .driving import picture
from .proxying import Person
from .serving import PATIENCE, Server, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STRANGE = RSAKey.generate_key(2048)
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def kept_provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.fixture
def provider(kept_provider: Provider) -> Provider:
    """One that behaves again after each test."""
    usual = Provider(kept_provider.port)
    for name in ("account", "told", "claims", "sign", "says", "token_answer", "refuses", "wait"):
        setattr(kept_provider, name, getattr(usual, name))
    kept_provider.asked.clear()
    kept_provider.ended.clear()
    return kept_provider


@pytest.fixture(scope="module")
def server(kept_provider: Provider, index: tuple[Path, Path]) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_OIDC_ISSUER", kept_provider.issuer)
        patch.setenv("FOOTNOTE_OIDC_CLIENT", CLIENT)
        patch.setenv("FOOTNOTE_OIDC_SECRET", SECRET)
        with served(*index) as running:
            time.sleep(0.5)
            assert kept_provider.asked == [], "nobody has wanted to sign in"
            yield running


@pytest.fixture
def person(server: Server) -> Person:
    port = int(urlsplit(server.url).port or 0)
    return Person(port, tls=False, host=f"127.0.0.1:{port}")


def led(address: str) -> str:
    """What stands in an address behind the name."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def way(person: Person, provider: Provider, start: str = "/login?now") -> str:
    """To the provider; where it leads back to."""
    status, headers, body = person.ask(start)
    assert status == 303, body
    assert headers["location"].startswith(f"{provider.issuer}/authorize?")
    assert headers["location"].endswith("#"), "the place on the page is none of the provider's business"
    answer = Sender(provider.port)(led(headers["location"]))
    assert answer.status == 302
    return led(answer.headers["location"])


def signed_in(person: Person, provider: Provider) -> tuple[int, dict[str, str], str]:
    """What is answered to somebody who has been there."""
    status, headers, body = person.ask(way(person, provider))
    return status, headers, body.decode()


def user(person: Person) -> str:
    status, headers, page = person.ask("/")
    found = re.search(r'<meta name="user" content="([^"]*)">', page.decode())
    assert (status == 200) == (found is not None)
    assert status == 200 or (status, headers["location"]) == (303, "login?now")
    return found[1] if found else ""


def test_who_has_signed_in_there_is_known_here(person: Person, provider: Provider) -> None:
    assert person.ask("/page/state", {})[0] == 401
    assert person.ask("/footnote/main.js")[0] == 401
    assert user(person) == ""
    assert person.ask("/login")[0] == 200
    assert provider.asked == []
    back = way(person, provider)
    (kept,) = person.cookies.items()
    answer = Sender(person.port)(back, None, {"Host": person.host, "Cookie": "=".join(kept)})
    assert (answer.status, answer.headers["location"]) == (303, "./")
    given = {line.partition("=")[0]: line.lower() for line in answer.cookies}
    assert set(given) == {"footnote", kept[0]}
    assert {"httponly", "path=/", "samesite=lax"} <= set(given["footnote"].split("; "))
    assert "max-age=0" in given[kept[0]], "what was for the way is not kept"
    assert signed_in(person, provider)[0] == 303
    assert user(person) == "ada"
    assert person.ask("/page/state", {})[0] == 200
    assert person.ask("/login?now")[0] == 303
    stranger = Person(person.port, tls=False, host=person.host)
    assert user(stranger) == ""
    for cookie in ("", "ada", "1234", SECRET):
        stranger.cookies["footnote"] = cookie
        assert user(stranger) == ""


def test_conversations_are_those_of_the_name(person: Person, provider: Provider) -> None:
    signed_in(person, provider)
    kept = {"id": "one", "title": "Ferries", "at": 5, "conversation": {"turns": [], "shown": []}}
    assert person.ask("/page/keep", kept)[0] == 200
    provider.account = {"sub": "1", "preferred_username": "bob"}
    bob = Person(person.port, tls=False, host=person.host)
    signed_in(bob, provider)
    assert user(bob) == "bob"
    assert b"Ferries" not in bob.ask("/page/conversations", {"text": ""})[2]
    assert b"Ferries" in person.ask("/page/conversations", {"text": ""})[2]


@pytest.mark.parametrize(
    ("account", "told", "name"),
    [
        ({"preferred_username": "Ada L", "email": "a@b.c", "email_verified": True}, {}, "Ada L"),
        ({"email": "a@b.c", "email_verified": True}, {}, "a@b.c"),
        ({"email": "a@b.c", "email_verified": "true"}, {}, "a@b.c"),
        ({"email": "root@b.c", "email_verified": False}, {}, "1234"),  # anybody may have written that
        ({"email": "root@b.c"}, {}, "1234"),
        ({"preferred_username": "a:b"}, {}, "1234"),
        ({"preferred_username": "*", "email": ["a"], "email_verified": True}, {}, "1234"),
        ({}, {"preferred_username": "zoë"}, "zoë"),  # told when asked, as by Authelia
        ({"preferred_username": "ada"}, {"preferred_username": "root"}, "ada"),
        ({"sub": "a:b"}, {}, ""),
        ({"sub": "@editors"}, {}, ""),
    ],
)
def test_what_somebody_is_called(
    person: Person, provider: Provider, account: dict[str, Any], told: dict[str, Any], name: str
) -> None:
    provider.account, provider.told = {"sub": "1234", **account}, told
    status, _, body = signed_in(person, provider)
    assert (status, "no name that can be used" in body) == ((303, False) if name else (403, True))
    assert user(person) == name


def other_key(provider: Provider) -> Callable[[dict[str, Any]], str]:
    return lambda claims: provider.signed(claims, STRANGE, provider.keys[-1].kid)


def by_public_key(provider: Provider) -> Callable[[dict[str, Any]], str]:
    """As if what everybody may know were the secret."""
    pem = provider.keys[-1].as_pem(private=False)
    return lambda claims: unsigned(claims, {"alg": "HS256", "kid": str(provider.keys[-1].kid)}, pem)


MISBEHAVIOUR: dict[str, Callable[[Provider], dict[str, Any]]] = {
    "another nonce": lambda _: {"claims": lambda claims: claims | {"nonce": "another"}},
    "no nonce": lambda _: {"claims": lambda claims: {name: claims[name] for name in claims if name != "nonce"}},
    "for another": lambda _: {"claims": lambda claims: claims | {"aud": "another"}},
    "for nobody": lambda _: {"claims": lambda claims: {name: claims[name] for name in claims if name != "aud"}},
    "for several, by another": lambda _: {"claims": lambda claims: claims | {"aud": [CLIENT, "b"], "azp": "b"}},
    "for another, by us": lambda _: {"claims": lambda claims: claims | {"aud": "b", "azp": CLIENT}},
    "expired": lambda _: {"claims": lambda claims: claims | {"exp": int(time.time()) - 120}},
    "without an end": lambda _: {"claims": lambda claims: {name: claims[name] for name in claims if name != "exp"}},
    "of the future": lambda _: {"claims": lambda claims: claims | {"iat": int(time.time()) + 600}},
    "by another issuer": lambda _: {"claims": lambda claims: claims | {"iss": "https://login.example.test"}},
    "by the issuer's neighbour": lambda one: {"claims": lambda claims: claims | {"iss": f"{one.issuer}2"}},
    "alg none": lambda _: {"sign": lambda claims: unsigned(claims, {"alg": "none"})},
    "alg HS256 by the public key": lambda one: {"sign": by_public_key(one)},
    "alg HS256 by the client's secret": lambda _: {
        "sign": lambda claims: unsigned(claims, {"alg": "HS256"}, SECRET.encode())
    },
    "another key": lambda one: {"sign": other_key(one)},
    "an unknown key": lambda one: {"sign": lambda claims: one.signed(claims, STRANGE, "strange")},
    "no token": lambda _: {"token_answer": JSONResponse({"access_token": "a", "token_type": "Bearer"})},
    "no JSON": lambda _: {"token_answer": Response("<html>")},
    "a list": lambda _: {"token_answer": JSONResponse([])},
    "a number for a token": lambda _: {"token_answer": JSONResponse({"access_token": "a", "id_token": 5})},
    "of another account": lambda _: {"account": {"sub": "1"}, "told": {"sub": "2", "preferred_username": "root"}},
}


@pytest.mark.parametrize("what", MISBEHAVIOUR)
def test_what_the_issuer_has_not_signed_for_this_visit_lets_nobody_in(
    person: Person, provider: Provider, what: str
) -> None:
    for name, value in MISBEHAVIOUR[what](provider).items():
        setattr(provider, name, value)
    status, _, body = signed_in(person, provider)
    assert (status, "could not be verified" in body, "login?now" in body) == (502, True, True), body
    assert "footnote" not in person.cookies
    assert user(person) == ""


def test_what_the_provider_refuses_or_cannot_do_is_said(person: Person, provider: Provider) -> None:
    provider.refuses = "access_denied"
    status, _, body = signed_in(person, provider)
    assert (status, "did not sign you in (access_denied)" in body, "555" in body) == (403, True, False)
    provider.refuses = "<b>call"
    assert "did not sign you in (an error)" in signed_in(person, provider)[2]
    provider.refuses = ""
    provider.token_answer = Response("broken", 500)
    status, _, body = signed_in(person, provider)
    assert (status, "answered with an error (500)" in body) == (502, True)
    provider.token_answer = JSONResponse({"error": "invalid_grant", "error_description": "<b>"}, 400)
    status, _, body = signed_in(person, provider)
    assert (status, "did not sign you in (invalid_grant)" in body, "<b>" in body) == (403, True, False)
    with_secret = RedirectResponse(f"http://127.0.0.1:{person.port}/elsewhere", 307)
    provider.token_answer = with_secret
    status, _, body = signed_in(person, provider)
    assert (status, "answered with an error (307)" in body) == (502, True), "the secret goes nowhere else"
    assert user(person) == ""


def test_keys_that_have_turned_are_fetched_anew_once(person: Person, provider: Provider) -> None:
    assert signed_in(person, provider)[0] == 303
    provider.asked.clear()
    assert signed_in(person, provider)[0] == 303
    assert "keys" not in provider.asked, "they are known"
    provider.turn_keys()
    assert signed_in(person, provider)[0] == 303
    assert provider.asked.count("keys") == 1
    provider.asked.clear()
    provider.sign = other_key(provider)
    assert signed_in(person, provider)[0] == 502
    assert provider.asked.count("keys") == 1


def test_only_the_browser_that_was_sent_comes_back_and_only_once(person: Person, provider: Provider) -> None:
    back = way(person, provider)
    other = Person(person.port, tls=False, host=person.host)
    status, _, body = other.ask(back)
    assert (status, "begun in another browser" in body.decode()) == (400, True), "login CSRF"
    theirs = way(other, provider)
    state = parse_qs(urlsplit(back).query)["state"][0]
    mixed = re.sub(r"state=[^&]*", f"state={state}", theirs)
    assert person.ask(mixed)[0] == 403, "another's code with one's own state is of another verifier"
    assert user(person) == ""
    for wrong in (
        "",
        "?code=a",
        "?state=",
        "?state=%00&code=a",
        f"?state={state[:-1]}x&code=a",
        "?state=%C3%A9.x&code=a",
    ):
        assert person.ask(f"/signed-in{wrong}")[0] == 400, wrong
    # Two tabs at a time: each comes back to its own.
    first, second = way(person, provider), way(person, provider)
    assert [person.ask(each)[0] for each in (first, second)] == [303, 303]
    assert user(person) == "ada"
    status, headers, _ = person.ask(first)
    assert (status, headers["location"]) == (303, "./"), "who goes back in the browser stays signed in"
    evil = f"{way(person, provider)}&iss=https://evil.test"
    assert person.ask(re.sub(r"&iss=http%3A[^&]*", "", evil))[0] == 502, "mixed up with another provider"


def test_signing_out_ends_both_sessions(server: Server, provider: Provider, browser: Browser) -> None:
    """In a real browser, whose policy lets no form lead to another site."""
    provider.account = {"sub": "1", "preferred_username": "ada"}
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(f"{server.url}#sources=")
    page.wait_for_selector("#question")
    assert page.evaluate("document.querySelector('meta[name=user]').content") == "ada"
    kept = context.cookies()
    page.get_by_label("Sign out ada").click()
    page.get_by_role("link", name=f"Sign in at 127.0.0.1:{provider.port}").wait_for()
    assert urlsplit(page.url).path == "/login"
    picture(page, "openid-1280-light")
    (ended,) = provider.ended
    assert (ended["client_id"], ended["post_logout_redirect_uri"]) == (CLIENT, f"{server.url}login")
    claims = json.loads(_padded(ended["id_token_hint"].split(".")[1]))
    assert claims["preferred_username"] == "ada"
    assert [cookie["name"] for cookie in context.cookies() if cookie["name"] == "footnote"] == []
    context.add_cookies(kept)  # type: ignore[arg-type]
    assert context.request.get(server.url, max_redirects=0).status == 303, "the session is ended, not only its cookie"
    page.get_by_role("link").click()
    page.wait_for_selector("#question")
    context.close()
    assert faults == []


def _padded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
