"""Two servers of two machines over one PostgreSQL and one S3 store: any of them answers anybody, whatever is killed.

Both are `rag serve` as a person starts it, in folders of their own; the sources lie in one of them alone.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import obstore
import pytest
from faults.places import ENVIRONMENT
from making import pdf
from postgres import PostgresServer
from s3_server import S3Server
from words import WordEncoder

from rag.assistant import Assistant, index_of, leftover_originals
from rag.config import Config, load_config
from rag.errors import IndexUnreachable
from rag.evidence import Viewer
from rag.indexing import build as build_index
from rag.server.users import users_file_line

TRAIN = "# Trains\n\nThe train stopped near Sibi. Sixty-four people died there.\n"
QUESTION = "How many people died near Sibi?"
PASSWORD = "a long password"


class Answered(NamedTuple):
    """What a server said."""

    status: int
    body: bytes
    cookie: str

    @property
    def told(self) -> Any:
        return json.loads(self.body.splitlines()[-1])


class Machine:
    """A folder in which `rag` runs as on a machine of its own."""

    def __init__(self, place: Path, index: str, originals: str) -> None:
        place.mkdir()
        self.place = place
        own = {"FOOTNOTE_INDEX": index, "FOOTNOTE_ORIGINALS": originals, "XDG_CACHE_HOME": str(place / "cache")}
        self._environment = {**ENVIRONMENT, **own}
        self._process: subprocess.Popen[str] | None = None

    def rag(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag", *arguments]
        return subprocess.run(
            command, cwd=self.place, env=self._environment, capture_output=True, text=True, check=False, timeout=60
        )

    def serve(self, users: Path) -> None:
        """Starts the server; `wait` until it answers."""
        command = [sys.executable, "-m", "rag", "serve", "--port", "0", "--auth", str(users)]
        self._process = subprocess.Popen(
            command, cwd=self.place, env=self._environment, stderr=subprocess.PIPE, text=True
        )

    def wait(self) -> None:
        assert self._process is not None
        said = (re.search(r"127.0.0.1:(\d+)", line) for line in self._process.stderr or ())
        self.port = int(next(found[1] for found in said if found))
        until = time.monotonic() + 120
        while self("/ready").status != 200:
            assert time.monotonic() < until
            time.sleep(0.1)

    def __call__(
        self, path: str, given: object = None, cookie: str = "", form: dict[str, str] | None = None
    ) -> Answered:
        """GET, or POST of JSON or of a form."""
        body = urllib.parse.urlencode(form) if form else None if given is None else json.dumps(given)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            headers = {"content-type": kind, "cookie": cookie}
            connection.request("GET" if body is None else "POST", path, body, headers)
            response = connection.getresponse()
            set_cookie = re.search(r"footnote=[^;]+", response.getheader("set-cookie") or "")
            return Answered(response.status, response.read(), set_cookie[0] if set_cookie else "")
        finally:
            connection.close()

    def sign_in(self) -> str:
        """The cookie of a new session."""
        answer = self("/login", form={"username": "ada", "password": PASSWORD})
        assert answer.status == 200, answer
        return answer.cookie

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.communicate(timeout=60)


class Team(NamedTuple):
    """One with the sources, one without, and what they share."""

    first: Machine
    second: Machine
    store: S3Server
    prefix: str


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    running = PostgresServer("fsync=off").start()
    yield running
    running.remove()


@pytest.fixture(scope="module")
def store() -> Iterator[S3Server]:
    running = S3Server().start()
    yield running
    running.remove()


@pytest.fixture(scope="module")
def team(postgres: PostgresServer, store: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    place = tmp_path_factory.mktemp("team")
    users = place / "users"
    users.write_text(users_file_line("ada", PASSWORD) + "\n")
    machines = [Machine(place / name, postgres.url("team"), store.url("team")) for name in ("first", "second")]
    first, second = machines
    (first.place / "sources").mkdir()
    (first.place / "sources" / "train.md").write_text(TRAIN)
    page = pdf(lambda canvas: canvas.drawString(72, 700, "The harbour master of Gwadar counts 31 ships."))
    (first.place / "sources" / "harbour.pdf").write_bytes(page)
    assert second.rag("serve", "--port", "0").stderr.startswith("There is no index at postgresql://")
    done = first.rag("build", "--json")
    assert done.returncode == 0, done.stderr
    for each in machines:
        each.serve(users)
    for each in machines:
        each.wait()
    yield Team(first, second, store, "team")
    for each in machines:
        each.end()


def ask(machine: Machine, cookie: str) -> list[tuple[str, str, str]]:
    """Document, path and quote of each citation of an answer."""
    answer = machine("/page/ask", {"question": QUESTION}, cookie).told
    return [(c["document_id"], c["path"], c["quote"]) for claim in answer["claims"] for c in claim["citations"]]


def test_what_is_asked_at_one_is_opened_at_the_other_which_has_no_sources(team: Team) -> None:
    cookie = team.first.sign_in()
    ((document, path, quote),) = ask(team.first, cookie)
    assert (path, quote) == ("train.md", "Sixty-four people died there.")
    start = TRAIN.index(quote)
    wanted = {"document_id": document, "span": [start, start + len(quote)], "quote": quote, "path": path}
    found = team.second("/page/evidence", wanted, cookie).told
    assert (found["verdict"], found["state"], found["quote"]) == ("exact", "unchanged", quote)
    assert team.second(f"/page/original/{document}/train.md", cookie=cookie).body == TRAIN.encode()
    files = {file["path"]: file for file in team.second("/page/files", {}, cookie).told}
    assert {path: file["disk"] for path, file in files.items()} == {"harbour.pdf": "", "train.md": ""}
    picture = team.second(
        f"/page/picture?document={files['harbour.pdf']['document_id']}&page=1&width=400", None, cookie
    )
    assert picture.body.startswith(b"\x89PNG")
    assert not (team.second.place / "sources").exists()


def test_who_signs_in_at_one_is_known_by_the_other_and_signs_out_everywhere(team: Team) -> None:
    cookie = team.first.sign_in()
    assert [path for _, path, _ in ask(team.second, cookie)] == ["train.md"]
    kept = {"id": "one", "title": "Trains", "at": 1, "conversation": {"turns": [{"question": QUESTION}]}}
    assert team.first("/page/keep", kept, cookie).told["version"] == 1
    assert team.second("/page/conversation", {"id": "one"}, cookie).told["conversation"] == kept["conversation"]
    assert team.second("/page/keep", {**kept, "version": 1}, cookie).told["version"] == 2
    remark = {"kind": "helpful", "question": QUESTION, "status": "answered", "answers": ["64"]}
    assert team.second("/page/remark", remark, cookie).status == 200
    assert QUESTION in team.first("/page/cases", None, cookie).body.decode()
    assert QUESTION in team.second.rag("feedback").stdout
    team.second("/logout", {}, cookie)
    assert team.first("/page/state", {}, cookie).status == 401


def test_sources_are_changed_at_the_one_that_has_them(team: Team) -> None:
    cookie = team.second.sign_in()
    assert team.second("/page/state", {}, cookie).told["may_change"] is False
    assert team.first("/page/state", {}, cookie).told["may_change"] is True
    for path in ("/page/build", "/page/receive?name=a.txt", "/page/remove"):
        answer = team.second(path, {"path": "train.md"}, cookie)
        assert answer.status == 400
        assert answer.told["error"].startswith("Sources are not added or removed at this server, which only reads.")


def test_the_store_is_killed_while_they_serve(team: Team) -> None:
    """What was quoted stays; what needs the store says so; the next build goes on, and both show it."""
    cookie = team.first.sign_in()
    new = "The lighthouse of Ormara was lit in 1998.\n"
    team.store.kill()
    (team.first.place / "sources" / "new.txt").write_text(new)
    team.first("/page/build", {}, cookie)
    told = ended(team.first, cookie)
    assert told["state"] == "failed"
    assert re.fullmatch(r"The store of originals at s3\+http://\S+ cannot be reached\. [^.]+\.", told["problem"])
    assert team.store.secret not in told["problem"]
    shutil.rmtree(team.second.place / "cache" / "footnote" / "originals")
    ((document, _, quote),) = ask(team.second, cookie)
    assert quote == "Sixty-four people died there."
    refused = team.second(f"/page/original/{document}/train.md", None, cookie)
    assert (refused.status, refused.body.count(b"\n")) == (503, 0)
    assert b"cannot be reached" in refused.body
    team.store.start()
    team.first("/page/build", {}, cookie)
    assert ended(team.first, cookie)["state"] == "done"
    files = {file["path"]: file["document_id"] for file in team.second("/page/files", {}, cookie).told}
    assert team.second(f"/page/original/{files['new.txt']}/new.txt", None, cookie).body == new.encode()
    assert team.second(f"/page/original/{document}/train.md", None, cookie).body == TRAIN.encode()


def test_an_object_that_was_changed_is_refused(team: Team) -> None:
    cookie = team.second.sign_in()
    ((document, _, _),) = ask(team.second, cookie)
    objects = team.store.objects(team.prefix)
    found = [each["path"] for page in obstore.list(objects) for each in page]
    (own,) = [path for path in found if bytes(obstore.get(objects, path).bytes()) == TRAIN.encode()]
    shutil.rmtree(team.second.place / "cache" / "footnote" / "originals", ignore_errors=True)
    obstore.put(objects, own, TRAIN.replace("four", "five").encode())
    refused = team.second(f"/page/original/{document}/train.md", None, cookie)
    assert (refused.status, b"is not what was indexed" in refused.body) == (503, True)
    assert team.first(f"/page/original/{document}/train.md", None, cookie).body == TRAIN.encode(), (
        "its own file is right"
    )
    obstore.put(objects, own, TRAIN.encode())


def ended(machine: Machine, cookie: str) -> Any:
    """The build, once it has come to its end."""
    until = time.monotonic() + 120
    while (told := machine("/page/progress", {}, cookie).told)["state"] in ("running", "waiting"):
        assert time.monotonic() < until
        time.sleep(0.1)
    return told


def test_the_store_is_killed_while_builds_put_originals(
    postgres: PostgresServer, store: S3Server, tmp_path: Path, trials: Any, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sources = tmp_path / "sources"
    sources.mkdir()
    config = load_config(sources=sources, index=postgres.url("killed"), originals=store.url("killed"), chunk_tokens=40)
    rng = random.Random(33)
    for number in range(max(1, rounds // 3)):  # a store takes seconds to start
        for each in range(4):
            (sources / f"{number}-{each}.txt").write_text(f"Line {each} of round {number}.\n" * rng.choice((1, 10_000)))
        for each in range(2):
            (sources / f"{number - 1}-{each}.txt").unlink(missing_ok=True)
        failed: list[Exception] = []
        building = threading.Thread(target=lambda failed=failed: failed.extend(built(config)))
        building.start()
        time.sleep(rng.uniform(0.2, 2.0))
        store.kill()
        struck = building.is_alive()
        building.join()
        store.start()
        lost = "" if all(isinstance(one, IndexUnreachable) for one in failed) else f"told {failed}"
        if number or not failed:
            lost = lost or missing(config)
        again = built(config)
        lost = lost or (f"the next build: {again}" if again else missing(config))
        trials.note(lost or ("" if leftover_originals(config) == [] else "leftovers"), struck=struck)


def built(config: Config) -> list[Exception]:
    """Builds, and gives what was raised."""
    try:
        build_index(config.sources, index_of(config), encoder=WordEncoder(), size=40, overlap=1)
    except Exception as error:
        return [error]
    return []


def missing(config: Config) -> str:
    """Which originals that the index names cannot be read whole from the store alone."""
    shutil.rmtree(config.index.parents[1] / "originals", ignore_errors=True)
    elsewhere = config.model_copy(update={"sources": config.sources / "none"})
    with Assistant(elsewhere, WordEncoder()) as assistant, Viewer(assistant) as viewer:
        for source in assistant.documents():
            found = viewer.original(source.document_id or "")
            if found is None:
                return source.path
            found.close()
    return ""
