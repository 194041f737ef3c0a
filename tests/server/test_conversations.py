"""Conversations on the server: each person finds, pins and deletes their own; those of others are not there."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from standing import Answered, Sender, serving
from starlette.applications import Starlette
from starlette.middleware import Middleware

from rag.errors import ConfigProblem
from rag.server.addresses import ServedNames
from rag.server.auth import Authenticator
from rag.server.conversations import conversation_routes
from rag.server.doors import Doors
from rag.server.guard import Guard
from rag.server.limits import MOST_SOUGHT
from rag.server.users import users_file_line
from rag.storage import ConversationStore
from rag.storage import conversations as storage
from rag.types import Conversation, ConversationHead

SECRET = "a long password"
TURNS = [
    {"question": "Wann kommt die Fähre?", "answer": {"markdown": "At NINE. [1]", "passages": [{"text": "unsaid"}]}}
]


@pytest.fixture(scope="module")
def users() -> dict[str, str]:
    return dict(users_file_line(name, SECRET).split(":", 1) for name in ("ada", "bob"))


@pytest.fixture
def send(tmp_path: Path, users: dict[str, str]) -> Iterator[Sender]:
    """The calls over an empty file, behind the guard."""
    routes = conversation_routes(ConversationStore(tmp_path / "conversations.db"))
    keeper = Authenticator(lambda: users)
    guard = Middleware(Guard, names=ServedNames("127.0.0.1", None), doors=Doors(routes, []), doorkeeper=keeper)
    with serving(Starlette(routes=routes, middleware=[guard])) as send:
        yield send


def call(send: Sender, name: str, user: str = "ada", /, **given: object) -> Answered:
    headers = {"content-type": "application/json"}
    if user:
        headers["authorization"] = "Basic " + base64.b64encode(f"{user}:{SECRET}".encode()).decode()
    return send(f"/page/{name}", json.dumps(given).encode(), headers)


def told(send: Sender, name: str, user: str = "ada", /, **given: object) -> Any:
    answer = call(send, name, user, **given)
    assert answer.status == 200, answer
    return json.loads(answer.body)


def keep(send: Sender, identity: str = "one", user: str = "ada", /, **given: object) -> Any:
    values = {"title": "Ferries", "at": 5, "conversation": {"turns": TURNS, "shown": [0]}, **given}
    return told(send, "keep", user, id=identity, **values)


def ids(send: Sender, user: str = "ada", text: str = "") -> list[str]:
    return [each["id"] for each in told(send, "conversations", user, text=text)]


def test_what_is_kept_is_found_on_any_machine(send: Sender) -> None:
    assert keep(send) == {"version": 1, "kept": None}
    assert told(send, "conversations") == [
        {"id": "one", "title": "Ferries", "at": 5, "questions": 1, "pinned": False, "version": 1}
    ]
    found = told(send, "conversation", id="one")
    assert found["conversation"] == {"turns": TURNS, "shown": [0]}
    assert found["version"] == 1


@pytest.mark.parametrize("name", ["conversation", "pin", "discard"])
def test_another_persons_conversation_is_not_there(send: Sender, name: str) -> None:
    keep(send)
    for said in ({}, {"user": "ada"}):  # whoever the request says it is of
        assert call(send, name, "bob", id="one", pinned=True, **said).status == 404
    assert ids(send, "bob") == []
    assert told(send, "discard-all", "bob", user="ada") == {"deleted": 0}
    assert keep(send, "one", "bob", conversation={"turns": []}) == {"version": 1, "kept": None}, (
        "his own of the same id"
    )
    assert told(send, "conversation", id="one")["conversation"]["turns"] == TURNS
    assert not told(send, "conversations")[0]["pinned"]


def test_who_has_not_signed_in_is_asked_to(send: Sender) -> None:
    for name in ("conversations", "conversation", "keep", "pin", "discard", "discard-all"):
        assert call(send, name, "", id="one").status == 401, name


@pytest.mark.parametrize(
    ("text", "found"),
    [("fähre", True), ("FÄHRE nine", True), ("ferries", True), ("fähre ten", False), ("unsaid", False), ("%", False)],
)
def test_they_are_found_by_every_word(send: Sender, text: str, found: bool) -> None:
    keep(send)
    assert ids(send, text=text) == (["one"] if found else [])


def test_pinned_ones_stand_first_and_stay_pinned(send: Sender) -> None:
    for number, identity in enumerate(("one", "two", "three")):
        keep(send, identity, at=number)
    assert ids(send) == ["three", "two", "one"]
    told(send, "pin", id="one", pinned=True)
    assert ids(send) == ["one", "three", "two"]
    told(send, "pin", id="one", pinned=False)
    assert ids(send) == ["three", "two", "one"]
    assert call(send, "pin", id="four", pinned=True).status == 404


def test_what_is_deleted_is_gone_from_the_disk(send: Sender, tmp_path: Path) -> None:
    keep(send, "one")
    keep(send, "two", conversation={"turns": [{"question": "An unmistakable word: zanzibarisch"}]})
    file = tmp_path / "conversations.db"
    assert b"zanzibarisch" in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told(send, "discard", id="two")
    assert ids(send) == ["one"]
    assert call(send, "conversation", id="two").status == call(send, "discard", id="two").status == 404
    assert [path for path in tmp_path.iterdir() if b"zanzibarisch" in path.read_bytes()] == []
    assert told(send, "discard-all") == {"deleted": 1}
    assert ids(send) == []


def test_two_pages_do_not_undo_each_other(send: Sender) -> None:
    keep(send)
    assert keep(send, version=1, title="Harbours")["version"] == 2
    late = keep(send, version=1, title="Ferries again")
    assert late["version"] == 0
    assert (late["kept"]["title"], late["kept"]["version"]) == ("Harbours", 2)
    told(send, "discard", id="one")
    assert keep(send, version=2) == {"version": 0, "kept": None}, "it was deleted by another page"
    assert keep(send, version=0)["version"] == 1, "and may be brought back"


def test_of_many_who_keep_at_once_one_is_right(send: Sender) -> None:
    keep(send)
    with ThreadPoolExecutor(8) as pages:
        versions = list(pages.map(lambda number: keep(send, version=1, title=str(number))["version"], range(8)))
    assert sorted(versions) == [0] * 7 + [2]


def test_what_makes_no_sense_is_refused(send: Sender) -> None:
    changes: list[dict[str, Any]] = [
        {"id": "../x"}, {"id": ""}, {"at": -1}, {"conversation": []}, {"conversation": None}
    ]  # fmt: skip
    for wrong in changes:
        answer = call(send, "keep", **{"id": "one", "title": "", "at": 1, "conversation": {}, **wrong})
        assert answer.status == 400, wrong
        assert b"Invalid request" in answer.body


def test_what_is_looked_for_has_a_length(send: Sender) -> None:
    assert ids(send, text="x " * (MOST_SOUGHT // 2)) == []
    answer = call(send, "conversations", text="x" * (MOST_SOUGHT + 1))
    assert answer.status == 400
    assert b"text has more than 200 characters" in answer.body


def kept_of(size: int, identity: str = "one", version: int = 0) -> Conversation:
    return Conversation(ConversationHead(identity, "", 1, 1, False, version), "x" * size)


def test_a_conversation_has_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ConversationStore(tmp_path / "kept.db")
    monkeypatch.setattr(storage, "MOST_OF_ONE", 100)
    assert store.keep("ada", kept_of(100), "") == 1
    with pytest.raises(ConfigProblem, match="more than 100 bytes and is not kept"):
        store.keep("ada", kept_of(101, "two"), "")


def test_all_conversations_of_a_person_have_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ConversationStore(tmp_path / "kept.db")
    monkeypatch.setattr(storage, "MOST_TOGETHER", 100)
    assert store.keep("ada", kept_of(60), "") == 1
    assert store.keep("ada", kept_of(100, version=1), "") == 2, "what it takes the place of does not count"
    with pytest.raises(ConfigProblem, match="Your conversations have more than 100 bytes"):
        store.keep("ada", kept_of(1, "two"), "")
    assert store.keep("bob", kept_of(100), "") == 1, "another's do not count either"


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_bytes(b"no database" * 1000)
    with pytest.raises(ConfigProblem, match="cannot be used"):
        ConversationStore(tmp_path / "kept.db").heads("ada")


def test_nothing_is_made_before_something_is_kept(tmp_path: Path) -> None:
    store = ConversationStore(tmp_path / "kept.db")
    assert store.heads("ada") == []
    assert store.get("ada", "one") is None
    assert list(tmp_path.iterdir()) == []
