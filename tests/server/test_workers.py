"""Several processes that serve one page: whichever of them ends, and however, the others go on."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from standing import Answered, Sender

import rag
from rag.collections import CollectionFolder
from rag.server import users_file_line

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="processes are looked at in /proc")

PASSWORD = "correct horse"
QUESTION = json.dumps({"question": "How many lamps does the pier of Orrin have?"}).encode()
PIER = "# The pier of Orrin\n\nThe pier of Orrin has 34 lamps. It was built in 1902.\n"
MOLE = "# The mole\n\nThe mole of Orrin has 7 cranes.\n"
JSON = {"content-type": "application/json"}


class Serving:
    """A server with several processes."""

    def __init__(self, folder: Path, *flags: str, workers: int = 2) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.send = Sender(int(free.getsockname()[1]))
        command = [sys.executable, "-m", "rag", "serve", "--port", str(self.send.port), "--workers", str(workers)]
        (folder / "tmp").mkdir(exist_ok=True)
        self.said = folder / "said.txt"
        with self.said.open("w") as said:
            environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
            self.process = subprocess.Popen([*command, *flags], cwd=folder, env=environment, stderr=said)

    def workers(self) -> list[int]:
        """The processes that serve."""
        return [pid for pid in _below(self.process.pid) if b"spawn_main" in _command(pid)]

    def replaced(self, before: list[int]) -> bool:
        """Whether as many processes serve as did, and not the same ones."""
        now = self.workers()
        return len(now) == len(before) and set(now) != set(before)

    def leader(self) -> int:
        """The process that leads: the one that holds the lock."""
        held = [pid for pid in self.workers() if any(name.endswith("lead.lock") for name in _open_files(pid))]
        listening = [pid for pid in held if _listens_inside(pid)]
        assert len(listening) == 1, (held, listening)
        return listening[0]

    def post(self, path: str, body: bytes = b"{}", cookie: str = "") -> Answered:
        return self.send(path, body, {**JSON, **({"cookie": cookie} if cookie else {})}, 120)

    def ask(self, cookie: str = "", front: str = "/") -> dict[str, object]:
        lines = self.post(f"{front}page/ask", QUESTION, cookie).body.splitlines()
        found = json.loads(lines[-1])
        assert isinstance(found, dict)
        return found

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self.process.wait()


def _below(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in listed]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _open_files(pid: int) -> list[str]:
    found: list[str] = []
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(str(each.readlink()))
        except OSError:
            continue
    return found


def _listens_inside(pid: int) -> bool:
    """Whether a process listens on the socket of the leader."""
    lines = (line.split() for line in Path("/proc/net/unix").read_text().splitlines())
    numbers = {line[6] for line in lines if line[-1].endswith("lead.sock")}
    return any(name == f"socket:[{number}]" for name in _open_files(pid) for number in numbers)


def until(true: Callable[[], object], seconds: float = 120) -> None:
    """Waits for something that comes about by itself."""
    end = time.monotonic() + seconds
    last: object = None
    while True:
        try:
            if last := true():
                return
        except (OSError, AssertionError, ValueError, LookupError, http.client.HTTPException) as problem:
            last = repr(problem)
        assert time.monotonic() < end, last
        time.sleep(0.1)


@pytest.fixture(scope="module")
def pier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of one document."""
    folder = tmp_path_factory.mktemp("workers")
    (folder / "sources").mkdir()
    (folder / "sources" / "pier.md").write_text(PIER)
    rag.build(folder / "sources", folder / "index")
    return folder


@pytest.fixture(scope="module")
def alone(pier: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Two processes over an index of its own, and people who sign in."""
    folder = tmp_path_factory.mktemp("signed") / "in"
    shutil.copytree(pier, folder)
    (folder / "users.txt").write_text(f"{users_file_line('ada', PASSWORD)}\n")
    serving = Serving(folder, "--auth", "users.txt")
    try:
        until(lambda: serving.send("/login").status == 200)
        until(serving.leader)
        yield serving
    finally:
        serving.close()


@pytest.fixture(scope="module")
def ada(alone: Serving) -> str:
    """The cookie of somebody who has signed in."""
    body = f"username=ada&password={PASSWORD.replace(' ', '+')}".encode()
    answer = alone.send("/login", body, {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"})
    assert answer.status == 303
    return "; ".join(each.partition(";")[0] for each in answer.cookies)


def test_whoever_answers_knows_who_has_signed_in_and_what_was_built(alone: Serving, ada: str) -> None:
    assert len(alone.workers()) == 2
    for _ in range(8):
        found = alone.ask(ada)
        assert (found["status"], "34 lamps" in str(found["claims"])) == ("answered", True)
        assert alone.post("/page/ask", QUESTION).status == 401
    answer = alone.send("/page/receive?name=mole.md", MOLE.encode(), {"cookie": ada})
    assert answer.status == 200, answer.body
    assert alone.post("/page/build", cookie=ada).status == 200
    until(lambda: json.loads(alone.post("/page/progress", cookie=ada).body)["state"] == "done")
    for _ in range(8):
        listed = json.loads(alone.post("/page/files", cookie=ada).body)
        assert [each["path"] for each in listed] == ["mole.md", "pier.md"]
        asked = alone.post("/page/ask", b'{"question": "How many cranes does the mole of Orrin have?"}', ada)
        assert b"7 cranes" in asked.body.splitlines()[-1]
    out = alone.send("/logout", b"", {"cookie": ada})
    assert out.status == 303
    assert [alone.post("/page/ask", QUESTION, ada).status for _ in range(6)] == [401] * 6


def test_wrong_passwords_are_counted_together(alone: Serving) -> None:
    waits: list[float] = []
    for _ in range(4):
        began = time.monotonic()
        assert alone.send("/page/ask", QUESTION, {**JSON, "authorization": "Basic bm9ib2R5Ondyb25n"}).status == 401
        waits.append(time.monotonic() - began)
    assert waits[3] > 3.9, "each is answered twice as late as the one before, whichever process it reaches"


def test_processes_are_killed_in_the_middle_and_the_others_go_on_until_all_end(pier: Path) -> None:
    serving, counts, ended = Serving(pier), Counter[str](), threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            try:
                counts[str(serving.ask()["status"])] += 1
            except (OSError, ValueError, LookupError, http.client.HTTPException):
                counts["broken off"] += 1

    def answers_again() -> None:
        once = counts["answered"]
        until(lambda: counts["answered"] > once + 8)

    try:
        until(lambda: serving.ask()["status"] == "answered")
        askers = [threading.Thread(target=go_on) for _ in range(4)]
        for each in askers:
            each.start()
        for leads in (False, True):
            until(serving.leader)
            before, leader = serving.workers(), serving.leader()
            os.kill(next(pid for pid in before if (pid == leader) is leads), signal.SIGKILL)
            answers_again()
            until(partial(serving.replaced, before))
            until(lambda: serving.post("/page/build").status == 200 and serving.leader())
            answers_again()
        ended.set()
        for each in askers:
            each.join(60)
        assert set(counts) <= {"answered", "broken off"}
        assert counts["broken off"] <= 8, "only what the killed processes were at"
        workers = serving.workers()
        serving.process.send_signal(signal.SIGINT)
        assert serving.process.wait(60) == 130
        assert not any(map(_command, workers))
        assert not list((pier / "tmp").glob("footnote-*"))
        assert serving.said.read_text().count("SIGKILL") == 2
        assert "Traceback" not in serving.said.read_text()
    finally:
        ended.set()
        serving.close()


def test_processes_whose_parent_is_killed_end(pier: Path) -> None:
    serving = Serving(pier)
    try:
        until(lambda: serving.send("/health").status == 200 and len(serving.workers()) == 2)
        workers = serving.workers()
        serving.process.kill()
        until(lambda: not any(map(_command, workers)))
    finally:
        serving.close()


def test_a_folder_with_too_long_a_name_is_said_at_once(pier: Path, tmp_path: Path) -> None:
    long = tmp_path / ("t" * 90)
    long.mkdir()
    command = [sys.executable, "-m", "rag", "serve", "--port", "0", "--workers", "2"]
    done = subprocess.run(
        command,
        cwd=pier,
        env={**os.environ, "TMPDIR": str(long)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert "TMPDIR=/tmp" in done.stderr
    assert not list(long.iterdir())


def test_what_is_deleted_is_held_by_no_process(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("gone")  # short, as names of sockets are
    folder = CollectionFolder(root / "collections")
    for title in ("Piers", "Moles"):
        (folder.make(title).sources / "pier.md").write_text(PIER)
    serving = Serving(root, "--collections", "collections")

    def holds(pid: int) -> bool:
        return any("/piers/" in name or "/.deleted-" in name for name in _open_files(pid))  # put aside, then deleted

    try:
        until(lambda: serving.ask(front="/c/piers/")["status"] == "answered")
        until(lambda: serving.ask(front="/c/moles+piers/")["status"] == "answered")
        until(lambda: serving.ask(front="/c/piers/") and all(map(holds, serving.workers())))
        answer = serving.post("/team/delete", b'{"name": "piers", "typed": "Piers"}')
        assert answer.status == 200, answer.body
        assert {serving.post("/c/piers/page/ask", QUESTION).status for _ in range(8)} == {404}
        until(lambda: not any(map(holds, serving.workers())))
        until(lambda: serving.ask(front="/c/moles/")["status"] == "answered")
    finally:
        serving.close()
