"""Under which names the page answers: its own, those of this machine, and the one that is set."""

from __future__ import annotations

import socket

import pytest
from standing import Sender, standing

from rag.errors import ConfigProblem
from rag.server.addresses import PublicUrl, ServedNames, parse_public_url

PUBLIC = PublicUrl("https", "docs.example.org", "/footnote")


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("", None),
        ("https://docs.example.org/footnote", PUBLIC),
        ("https://Docs.Example.ORG:443/footnote/", PUBLIC),
        ("http://docs.example.org:8080", PublicUrl("http", "docs.example.org:8080", "")),
        ("http://192.0.2.1/a/b", PublicUrl("http", "192.0.2.1", "/a/b")),
        ("https://[2001:db8::1]:8443/", PublicUrl("https", "[2001:db8::1]:8443", "")),
    ],
)
def test_what_a_setting_names(url: str, made: PublicUrl | None) -> None:
    assert parse_public_url(url) == made


@pytest.mark.parametrize(
    "url",
    [
        "docs.example.org",
        "//docs.example.org",
        "ftp://docs.example.org",
        "https://",
        "https://docs.example.org/?a=b",
        "https://docs.example.org/#a",
        "https://ada@docs.example.org/",
        "https://docs.example.org:port/",
        "https://docs.example.org/a b",
        "https://docs.example.org/a//b",
        "https://docs.example.org/../a",
        "https://docs.example.org/page",
        'https://docs.example.org/"><script>',
        "https://[::1",
    ],
)
def test_what_is_no_address_is_said_in_a_sentence(url: str) -> None:
    with pytest.raises(ConfigProblem, match="public_url"):
        parse_public_url(url)


@pytest.mark.parametrize(
    ("bound", "public", "host", "served"),
    [
        ("127.0.0.1", None, "127.0.0.1:7860", True),
        ("127.0.0.1", None, "LOCALHOST:1", True),
        ("127.0.0.1", None, "[::1]:7860", True),
        ("127.0.0.1", None, "192.0.2.1:7860", False),
        ("127.0.0.1", None, "docs.example.org", False),
        ("127.0.0.1", None, "localhost.attacker.test", False),
        ("127.0.0.1", None, "", False),
        ("127.0.0.1", PUBLIC, "docs.example.org", True),
        ("127.0.0.1", PUBLIC, "docs.example.org:443", True),
        ("127.0.0.1", PUBLIC, "docs.example.org:80", False),
        ("127.0.0.1", PUBLIC, "other.example.org", False),
        ("0.0.0.0", None, "192.0.2.1:7860", True),  # an address cannot be pointed elsewhere
        ("0.0.0.0", None, "[2001:db8::1]:7860", True),
        ("0.0.0.0", None, "localhost", True),
        ("0.0.0.0", None, f"{socket.gethostname()}:7860", True),
        ("0.0.0.0", None, "attacker.test", False),
        ("0.0.0.0", None, "192.0.2.1.attacker.test", False),
        ("0.0.0.0", PUBLIC, "docs.example.org", True),
        ("0.0.0.0", PUBLIC, "attacker.test", False),
        ("box.local", None, "box.local:7860", True),
    ],
)
def test_the_names_that_are_served(bound: str, public: PublicUrl | None, host: str, served: bool) -> None:
    assert ServedNames(bound, public).serves(host) is served


@pytest.mark.parametrize(
    ("public", "origin", "host", "own"),
    [
        (None, "http://127.0.0.1:7860", "127.0.0.1:7860", True),
        (None, "http://127.0.0.1:1", "127.0.0.1:7860", False),
        (None, "null", "127.0.0.1:7860", False),
        (None, "file://127.0.0.1:7860", "127.0.0.1:7860", False),
        (PUBLIC, "https://docs.example.org", "docs.example.org", True),
        (PUBLIC, "https://docs.example.org", "127.0.0.1:7860", True),
        (PUBLIC, "https://docs.example.org:443", "127.0.0.1:7860", True),
        (PUBLIC, "http://docs.example.org", "docs.example.org", False),
        (PUBLIC, "https://docs.example.org.attacker.test", "127.0.0.1:7860", False),
        (PUBLIC, "http://127.0.0.1:7860", "127.0.0.1:7860", True),
        (PUBLIC, "null", "docs.example.org", False),
    ],
)
def test_which_origins_are_the_pages_own(public: PublicUrl | None, origin: str, host: str, own: bool) -> None:
    assert ServedNames("127.0.0.1", public).is_own(origin, host) is own


def test_an_open_host_refuses_strange_names_also_for_reading() -> None:
    with standing(bound="0.0.0.0", public=PUBLIC) as send:
        for host, status in (("192.0.2.1", 200), ("docs.example.org", 200), ("attacker.test", 403)):
            assert send("/", None, {"host": host}).status == status, host
        answer = send("/", None, {"host": "attacker.test"})
        assert b"public_url" in answer.body
        assert b"attacker" not in answer.body


def test_a_path_in_front_is_taken_off_if_the_proxy_has_not() -> None:
    with standing(public=PUBLIC) as send:
        assert send("/footnote/").status == send("/").status == 200
        assert (send("/footnote").status, send("/footnote").headers["location"]) == (308, "/footnote/")
        assert posted(send, "/footnote/page/ask") == posted(send, "/page/ask") == 200
        assert send("/footnote/footnote/page/ask").status == 404
        assert send("/footnotes/").status == 404


def posted(send: Sender, path: str, **headers: str) -> int:
    return send(path, b"{}", {"content-type": "application/json", **headers}).status


def test_a_browser_that_says_where_a_request_comes_from_is_believed() -> None:
    with standing() as send:
        for site, status in (("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403)):
            assert posted(send, "/page/ask", **{"sec-fetch-site": site}) == status, site
