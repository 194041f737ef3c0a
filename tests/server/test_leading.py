"""What one process hands on to another: whole, in pieces as it comes, as if it had been asked there first."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest
from standing import Sender, serving
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from rag.server import leading
from rag.server.leading import HandingOn, Lead, is_led
from rag.server.sign_on import FROM_PROXY

LATER = "/gradio_api/later"


@pytest.mark.parametrize(
    ("path", "led"),
    [
        ("/page/build", True),
        ("/page/state", True),
        ("/page/receive", True),
        ("/footnote/c/tides+seals/page/remove", True),
        ("/docs/team/delete", True),
        ("/login", True),
        ("/c/tides/config", True),
        ("/gradio_api/call/ask/1", True),
        ("/", False),
        ("/page/ask", False),
        ("/page/evidence", False),
        ("/page/picture", False),
        ("/c/team/page/ask", False),
        ("/page/original/1/build", False),
        ("/footnote/team.js", False),
    ],
)
def test_what_only_the_leader_can_do(path: str, led: bool) -> None:
    assert is_led(path, []) is led


def test_passwords_of_programs_are_looked_at_in_one_place() -> None:
    assert is_led("/page/ask", [(b"authorization", b"Basic YWRhOmxpZ2h0")])
    assert not is_led("/page/ask", [(b"authorization", b"Bearer abc"), (b"cookie", b"footnote=1")])


class Leader:
    """A process that leads, in a thread: it says what it was asked, and by whom."""

    def __init__(self, folder: Path) -> None:
        self.left, self.loop = threading.Event(), asyncio.new_event_loop()
        self.lead, self.ended = Lead(folder), asyncio.Event()
        self.more: Callable[[], bytes] = lambda: b""
        routes = [Route(LATER, self._later), Route("/{path:path}", self._said, methods=["GET", "POST"])]
        self._running = threading.Thread(target=self._run, args=(Starlette(routes=routes),), daemon=True)
        self._running.start()

    def _run(self, app: Starlette) -> None:
        async def run() -> None:
            await self.lead.run(app, self.ended)
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*rest, return_exceptions=True)  # a process that ends closes what they hold

        self.loop.run_until_complete(run())
        self.loop.close()

    def end(self) -> None:
        if self._running.is_alive():
            self.loop.call_soon_threadsafe(self.ended.set)
            self._running.join(30)
        assert not self._running.is_alive()

    async def _said(self, request: Request) -> Response:
        size = 0
        async for piece in request.stream():
            size += len(piece)
        headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
        client = request.client and [request.client.host, request.client.port]
        said = {"bytes": size, "client": client, "proxy": request.scope[FROM_PROXY], "headers": headers}
        url = f"{request.url.path}?{request.url.query}"
        answer = JSONResponse({**said, "url": url, "host": request.headers["host"]}, 418)
        answer.set_cookie("one", "1")
        answer.set_cookie("two", "2")
        return answer

    async def _later(self, _: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                yield b"first"
                while piece := await asyncio.to_thread(self.more):
                    yield piece
            finally:
                self.left.set()

        return StreamingResponse(pieces())


@pytest.fixture
def leader(tmp_path: Path) -> Iterator[Leader]:
    running = Leader(tmp_path)
    yield running
    running.end()


@contextmanager
def follower(folder: Path) -> Iterator[Sender]:
    """Another process, which has nothing of its own to say to what is led."""

    async def own(_: Request) -> Response:
        return JSONResponse({"own": True})

    lead = Lead(folder)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await lead.way.aclose()

    app = Starlette(routes=[Route("/{path:path}", own, methods=["GET", "POST"])], lifespan=lifespan)
    with serving(HandingOn(app, lead)) as send:
        yield send


def test_a_request_arrives_as_it_was_sent(leader: Leader, tmp_path: Path) -> None:
    with follower(tmp_path) as send:
        assert json.loads(send("/page/ask", b"{}").body) == {"own": True}
        forged = {"x-footnote-asked-by": '[["203.0.113.9", 1], "https", true]', "x-one": "1", "host": "docs.example"}
        answer = send("/page/receive?name=a%2Fb%20%C3%A9", b"x" * 3_000_000, {**forged, "connection": "x-one"})
        said = json.loads(answer.body)
        assert (answer.status, said["bytes"], said["host"]) == (418, 3_000_000, "docs.example")
        assert said["url"] == "/page/receive?name=a%2Fb%20%C3%A9"
        assert said["client"][0] == "127.0.0.1", "who asked, not who handed it on, and nothing that was sent counts"
        assert said["client"][1] not in (1, None)
        assert said["headers"] == {"x-one": "1"}
        assert [each.partition(";")[0] for each in answer.cookies] == ["one=1", "two=2"]
        believed = send("/page/state", b"{}", {"x-forwarded-for": "203.0.113.9"})
        assert json.loads(believed.body)["client"][0] == "203.0.113.9"
        assert json.loads(believed.body)["proxy"] is True
        empty = send("/config")
        assert json.loads(empty.body)["bytes"] == 0


def test_an_answer_comes_in_pieces_and_who_leaves_ends_it(leader: Leader, tmp_path: Path) -> None:
    given = threading.Semaphore(0)
    leader.more = lambda: b"more" if given.acquire(timeout=0.2) or not leader.left.is_set() else b""
    with follower(tmp_path) as send, closing(http.client.HTTPConnection("127.0.0.1", send.port, timeout=60)) as asked:
        asked.request("GET", LATER)
        answer = asked.getresponse()
        assert answer.read(5) == b"first", "before the rest is there"
        given.release()
        assert answer.read(4) == b"more"
        assert not leader.left.is_set()
        answer.close()
        asked.close()
        assert leader.left.wait(30), "the leader goes on with what nobody reads"


def test_a_leader_that_ends_in_the_middle_breaks_the_answer_off(leader: Leader, tmp_path: Path) -> None:
    given = threading.Semaphore(0)
    leader.more = lambda: b"more" if given.acquire(timeout=0.2) or not leader.left.is_set() else b""
    with follower(tmp_path) as send, closing(http.client.HTTPConnection("127.0.0.1", send.port, timeout=60)) as asked:
        asked.request("GET", LATER)
        answer = asked.getresponse()
        assert answer.read(5) == b"first"
        leader.end()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()


def test_without_a_leader_a_request_waits_for_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with follower(tmp_path) as send:
        monkeypatch.setattr(leading, "_PATIENCE", 0.3)
        nobody = send("/page/state", b"{}")
        assert (nobody.status, "starting again" in json.loads(nobody.body)["error"]) == (503, True)
        monkeypatch.setattr(leading, "_PATIENCE", 60.0)
        found: list[Leader] = []
        late = threading.Timer(1.0, lambda: found.append(Leader(tmp_path)))
        late.start()
        assert send("/page/state", b"1234").status == 418
        late.join()
        found[0].end()


def test_one_leads_at_a_time_and_the_next_takes_over(leader: Leader, tmp_path: Path) -> None:
    def led(one: Leader, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not one.lead.taken.is_set() and time.monotonic() < until:
            time.sleep(0.02)
        return one.lead.taken.is_set()

    assert led(leader, 60)
    second = Leader(tmp_path)
    try:
        assert not led(second, 1.5)
        leader.end()
        assert led(second, 60)
        with follower(tmp_path) as send:
            assert send("/page/state", b"{}").status == 418
    finally:
        second.end()
