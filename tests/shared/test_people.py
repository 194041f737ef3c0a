"""Sessions, conversations and remarks: one suite over the files of a machine and the tables of a shared database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from postgres import PostgresServer

from rag.errors import ConfigProblem, IndexUnreachable
from rag.evidence import FeedbackEntry, FeedbackFile, FeedbackStore
from rag.shared import Address, open_people, people
from rag.storage import ConversationStore, SessionStore, conversations
from rag.types import Conversation, ConversationHead, Conversations, RemarkLog, Session, Sessions

HOUR = 3600.0
ADA = Session("ada", ("staff", "tide office"), "proof")


class Kept(NamedTuple):
    """What one process of several has opened, and a clock that the test turns."""

    sessions: Sessions
    conversations: Conversations
    remarks: RemarkLog


class Place(NamedTuple):
    """Somewhere that several processes open."""

    open: Callable[[], Kept]
    now: list[float]


@pytest.fixture(params=["files", "PostgreSQL"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    now, opened = [1000.0], list[people.PostgresPeople]()

    def files() -> Kept:
        sessions = SessionStore(tmp_path / "sessions.db", lambda: now[0])
        return Kept(sessions, ConversationStore(tmp_path / "kept.db"), FeedbackFile(tmp_path / "feedback.jsonl"))

    if request.param == "files":
        yield Place(files, now)
        return
    address = Address.parse(request.getfixturevalue("url"))

    def tables() -> Kept:
        found = people.PostgresPeople(address, lambda: now[0])
        opened.append(found)
        return Kept(found.sessions, found.conversations, found.remarks)

    yield Place(tables, now)
    for each in opened:
        each.close()


def kept_of(body: str, identity: str = "one", version: int = 0, **more: Any) -> Conversation:
    head = {"id": identity, "title": "", "at": 1, "questions": 1, "pinned": False, "version": version}
    return Conversation(ConversationHead(**{**head, **more}), body)


def test_a_sign_in_at_one_is_known_by_the_other_until_it_is_ended_there(place: Place) -> None:
    one, two = place.open(), place.open()
    token = one.sessions.begin(ADA, HOUR)
    assert two.sessions.find(token) == ADA
    assert two.sessions.find("") is two.sessions.find(token[:-1]) is two.sessions.find("1' OR '1'='1") is None
    assert one.sessions.secret() == two.sessions.secret()
    assert len(two.sessions.secret()) == 32
    assert two.sessions.end(token) == ADA
    assert one.sessions.find(token) is one.sessions.end(token) is None


def test_a_session_that_is_used_at_either_goes_on(place: Place) -> None:
    one, two = place.open().sessions, place.open().sessions
    used, unused = one.begin(ADA, HOUR), one.begin(Session("bob"), HOUR)
    for minutes in range(50, 300, 50):
        place.now[0] = 1000 + minutes * 60
        assert two.find(used, HOUR) == ADA
    assert one.find(unused, HOUR) is None
    place.now[0] += HOUR
    assert one.find(used, HOUR) is None


def test_a_conversation_begun_at_one_goes_on_at_the_other(place: Place) -> None:
    one, two = place.open().conversations, place.open().conversations
    assert two.heads("ada") == []
    assert two.get("ada", "one") is None
    assert one.keep("ada", kept_of("{}", title="Fähren", at=7), "Wann kommt die FÄHRE?") == 1
    assert two.heads("ada", "fähre kommt") == [ConversationHead("one", "Fähren", 7, 1, False, 1)]
    assert two.heads("ada", "fähre zug") == two.heads("bob") == []
    assert two.keep("ada", kept_of("{...}", version=1, at=8), "") == 2
    assert one.keep("ada", kept_of("{late}", version=1), "") == 0
    found = one.get("ada", "one")
    assert found is not None
    assert (found.body, found.head.version) == ("{...}", 2)
    assert one.get("bob", "one") is None


def test_the_list_has_the_pinned_ones_first_then_the_latest(place: Place) -> None:
    kept = place.open().conversations
    for number, identity in enumerate(("a", "b", "c", "d")):
        kept.keep("ada", kept_of("", identity, at=number), "")
    assert kept.pin("ada", "b", True)
    assert not kept.pin("bob", "b", True)
    assert [head.id for head in kept.heads("ada")] == ["b", "d", "c", "a"]
    assert kept.delete("ada", "d")
    assert not kept.delete("ada", "d")
    assert kept.delete_all("ada") == 3
    assert kept.heads("ada") == []


def test_of_many_who_keep_at_once_one_is_right(place: Place) -> None:
    each = [place.open().conversations for _ in range(3)]
    for version in (0, 1):
        with ThreadPoolExecutor(6) as pages:
            kept = list(pages.map(lambda n, v=version: each[n % 3].keep("ada", kept_of("x", version=v), ""), range(6)))
        assert sorted(kept) == [0] * 5 + [version + 1]


def test_conversations_have_a_size(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store = place.open().conversations
    for module in (conversations, people):
        monkeypatch.setattr(module, "MOST_OF_ONE", 100)
        monkeypatch.setattr(module, "MOST_TOGETHER", 150)
    assert store.keep("ada", kept_of("x" * 60), "") == 1
    assert store.keep("ada", kept_of("x" * 100, version=1), "") == 2, "what it takes the place of does not count"
    with pytest.raises(ConfigProblem, match="This conversation has more than 100 bytes and is not kept"):
        store.keep("ada", kept_of("x" * 101, "two"), "")
    with pytest.raises(ConfigProblem, match="Your conversations have more than 150 bytes"):
        store.keep("ada", kept_of("x" * 60, "two"), "")
    assert store.keep("bob", kept_of("x" * 60), "") == 1, "another's do not count"


def test_remarks_made_at_either_become_cases_and_go_with_their_person(place: Place) -> None:
    one, two = FeedbackStore(place.open().remarks), FeedbackStore(place.open().remarks)
    assert one.cases() == []
    assert one.delete("ada") == 0
    for kept, name in ((one, "ada"), (two, "bob"), (two, "ada"), (one, "")):
        kept.add(FeedbackEntry("helpful", f"Is “this” of {name}?\0", "answered", answers=("64",), user=name))
    assert [case["question"] for case in one.cases()] == [f"Is “this” of {name}?\0" for name in ("bob", "ada", "")]
    assert len(two.cases("bob")) == 1
    assert (one.delete("ada"), two.delete("")) == (2, 1)
    assert [case["answers"] for case in one.cases()] == [["64"]]


@pytest.fixture
def alone() -> Iterator[PostgresServer]:
    running = PostgresServer().start()
    yield running
    running.remove()


def test_the_tables_hold_no_token_and_outlive_their_server(alone: PostgresServer) -> None:
    """What was acknowledged before `kill -9` is there afterwards; while the server is gone one sentence says so."""
    found = open_people(Address.parse(alone.url("papers")))
    token = found.sessions.begin(ADA, HOUR)
    found.conversations.keep("ada", kept_of("whole"), "")
    with psycopg.connect(alone.url("papers").partition("#")[0]) as connection:
        rows = connection.execute("SELECT * FROM footnote__papers.sessions").fetchall()
        assert token not in repr(rows)
        assert "ada" in repr(rows)
    alone.kill()
    with pytest.raises(IndexUnreachable, match="cannot be reached"):
        found.sessions.find(token)
    alone.start()
    assert found.sessions.find(token) == ADA
    kept = found.conversations.get("ada", "one")
    assert kept is not None
    assert kept.body == "whole"
    found.close()
