"""Sources fetched by their address: from the public network and nowhere else, with resolver and server of the test."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import pytest

from rag.errors import SourceError, SourceLimit, UnreadableSource
from rag.server import fetching
from rag.server.fetching import FETCH_REDIRECTS, FETCHED_BYTES, Fetched, Fetcher, IPAddress, is_public, looked_up
from rag.server.upload_store import UploadStore

HERE = ip_address("127.0.0.1")
INSIDE = "belongs to a private network"
PAGE = b"<html><body><h1>Bells</h1><p>The bell of Orrin was cast in 1790.</p></body></html>"


class Site(BaseHTTPRequestHandler):
    """What the server of the test gives; `asked` holds the head of each request."""

    asked: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        name, _, rest = self.path.lstrip("/").partition("/")
        if name == "to":
            return self.give(302, b"", {"location": rest, "set-cookie": "a=b"})
        if name == "big":
            return self.give(200, b"x" * (FETCHED_BYTES + 1), {"content-type": "text/plain"})
        if name == "packed":
            packed = gzip.compress(b"x" * (FETCHED_BYTES + 1))
            return self.give(200, packed, {"content-type": "text/plain", "content-encoding": "gzip"})
        if name == "slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.1)
            return None
        if name == "gone":
            return self.give(404, b"no", {})
        kinds = {"notes.csv": "text/csv", "data.bin": "application/octet-stream", "plain": "text/plain"}
        return self.give(200, PAGE, {"content-type": kinds.get(name, "text/html; charset=utf-8")})

    def give(self, status: int, content: bytes, head: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**head, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Site.asked = []
    server = ThreadingHTTPServer((str(HERE), 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def known(**names: str) -> Any:
    """A resolver of these names; each may mean one thing first and another one after, parted by ";"."""
    left = {name.replace("_", "."): meant.split(";") for name, meant in names.items()}

    async def resolve(host: str, _: int) -> Sequence[IPAddress]:
        meant = left.get(host)
        if meant is None:
            return await looked_up(host, 80)
        return [ip_address(each) for each in (meant.pop(0) if len(meant) > 1 else meant[0]).split(",")]

    return resolve


def at_home(address: IPAddress) -> bool:
    """The server of the test counts as public, everything else as it is."""
    return address == HERE or is_public(address)


def fetched(address: str, **names: str) -> Fetched:
    fetcher = Fetcher(resolve=known(**{"pages_example": str(HERE), **names}), allowed=at_home)
    return asyncio.run(fetcher.fetch(address))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True),
        ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.5", False), ("0.0.0.0", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False),
        ("::1", False), ("::", False), ("fe80::1", False), ("fd00:ec2::254", False), ("ff02::1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:93.184.216.34", True), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("2002:a9fe:a9fe::", False), ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) == public


def test_a_page_is_fetched_from_what_its_name_means(port: int) -> None:
    found = fetched(f"http://pages.example:{port}/deep/bells")
    assert found.content == PAGE
    assert found.path.startswith("web/pages.example/bells 2")
    assert found.path.endswith(".html")
    (asked,) = Site.asked
    assert asked["host"] == f"pages.example:{port}"
    assert not {"cookie", "authorization", "referer"} & asked.keys()


@pytest.mark.parametrize(
    ("name", "end"),
    [("", ".html"), ("notes.csv", ".csv"), ("plain", ".txt"), ("a.html", ".html"), ("data.bin", ".bin")],
)
def test_the_kind_is_told_by_the_server(port: int, name: str, end: str) -> None:
    path = fetched(f"http://pages.example:{port}/{name}").path
    assert path.endswith(end)
    assert path.count(".html") == (end == ".html")


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.2/", "http://[::1]/", "http://169.254.169.254/latest/meta-data/",
        "http://2130706434/", "http://0x7f.0.0.2/", "http://[::ffff:10.0.0.1]/", "http://inside.example/",
        "https://inside.example/", "http://both.example/",
    ],
)  # fmt: skip
def test_nothing_inside_is_read(port: int, address: str) -> None:
    both = {"inside_example": "10.0.0.8", "both_example": "93.184.216.34,10.0.0.8"}
    with pytest.raises(SourceError, match=INSIDE):
        fetched(address, **both)
    with pytest.raises(SourceError, match=INSIDE):
        fetched(f"http://pages.example:{port}/to/{address}", **both)
    assert [asked["path"] for asked in Site.asked] == [f"/to/{address}"]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_this_machine_is_not_read_as_the_program_is_set_up(port: int, name: str) -> None:
    with pytest.raises(SourceError, match=INSIDE):
        asyncio.run(Fetcher().fetch(f"http://{name}:{port}/"))
    assert Site.asked == []


def test_a_name_that_means_something_else_a_moment_later_reaches_nothing_else(port: int) -> None:
    """It is looked up once for each request; a redirect to it is a request of its own."""
    meant = f"{HERE};169.254.169.254"
    assert fetched(f"http://moving.example:{port}/", moving_example=meant).content == PAGE
    with pytest.raises(SourceError, match=INSIDE):
        fetched(f"http://moving.example:{port}/to/http://moving.example:{port}/", moving_example=meant)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://pages.example/", "gopher://a/", "//pages.example", "http://", "x", "http://a:b@c/"],
)
def test_only_addresses_of_the_web_are_read(address: str) -> None:
    with pytest.raises(SourceError, match=r"address"):
        fetched(address)


def test_redirects_are_followed_without_cookies_and_not_for_ever(port: int) -> None:
    here = f"http://pages.example:{port}"
    assert fetched(f"{here}/to/{here}/to//bells").address == f"{here}/bells"
    assert not any("cookie" in asked for asked in Site.asked)
    with pytest.raises(UnreadableSource, match=f"more than {FETCH_REDIRECTS} times"):
        fetched(f"{here}/{f'to/{here}/' * (FETCH_REDIRECTS + 1)}bells")


@pytest.mark.parametrize("name", ["big", "packed"])
def test_more_than_it_may_be_is_given_up(port: int, name: str) -> None:
    with pytest.raises(SourceLimit, match="more than 20 MB"):
        fetched(f"http://pages.example:{port}/{name}")


def test_what_takes_too_long_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 1.0)
    with pytest.raises(SourceLimit, match="within 1 seconds"):
        fetched(f"http://pages.example:{port}/slow")


def test_what_cannot_be_had_is_told(port: int) -> None:
    with pytest.raises(UnreadableSource, match="answers with 404"):
        fetched(f"http://pages.example:{port}/gone")
    with pytest.raises(UnreadableSource, match=r"There is no nowhere\.example"):
        fetched("http://nowhere.example/", nowhere_example="")
    with pytest.raises(UnreadableSource, match="cannot be reached"):
        fetched("http://pages.example:1/")


def test_it_is_kept_with_its_address_and_the_time(tmp_path: Path, port: int) -> None:
    store = UploadStore(tmp_path)
    path = asyncio.run(store.keep(fetched(f"http://pages.example:{port}/../../bells?x=1")))
    assert (tmp_path / path).read_bytes() == PAGE
    assert path.startswith("web/pages.example/bells 2")
    (line,) = (tmp_path / ".fetched.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["path"], told["address"]) == (path, f"http://pages.example:{port}/bells?x=1")
    assert told["fetched"].startswith("20")
    with pytest.raises(SourceError):
        asyncio.run(store.keep(fetched(f"http://pages.example:{port}/data.bin")))
