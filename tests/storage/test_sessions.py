"""Sessions of people who have signed in, as several processes see them at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rag.storage import SessionStore, sessions
from rag.types import Session

HOUR = 3600.0
ELSEWHERE = """
import pathlib, sys
from rag.storage import SessionStore
print(SessionStore(pathlib.Path(sys.argv[1])).find(sys.argv[2]))
"""


def test_every_process_knows_a_session_until_one_of_them_ends_it(tmp_path: Path) -> None:
    file = tmp_path / "sessions.db"
    one, two = SessionStore(file), SessionStore(file)
    token = one.begin(Session("ada", ("staff", "tide office"), "proof"), HOUR)
    told = subprocess.run([sys.executable, "-c", ELSEWHERE, file, token], capture_output=True, text=True, check=True)
    assert "tide office" in told.stdout
    assert two.find(token) == Session("ada", ("staff", "tide office"), "proof")
    assert one.secret() == two.secret() != SessionStore().secret()
    assert two.end(token) == Session("ada", ("staff", "tide office"), "proof")
    assert one.find(token) is None
    assert one.end(token) is None


def test_the_file_is_its_owners_and_holds_no_token(tmp_path: Path) -> None:
    file = tmp_path / "sessions.db"
    store = SessionStore(file)
    token = store.begin(Session("ada"), HOUR)
    assert file.stat().st_mode & 0o077 == 0
    assert token.encode() not in file.read_bytes()
    assert store.find("") is store.find(token[:-1]) is store.find("1' OR '1'='1") is None


def test_a_session_that_is_used_goes_on_and_one_that_is_not_ends() -> None:
    now = [0.0]
    store = SessionStore(clock=lambda: now[0])
    used, unused = store.begin(Session("ada"), HOUR), store.begin(Session("bob"), HOUR)
    for minutes in range(0, 300, 50):
        now[0] = minutes * 60.0
        assert store.find(used, HOUR) == Session("ada")
    assert store.find(unused, HOUR) is None
    now[0] += HOUR
    assert store.find(used, HOUR) is None


def test_the_oldest_gives_way_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_MOST", 3)
    store = SessionStore()
    tokens = [store.begin(Session(str(number)), HOUR) for number in range(5)]
    assert [bool(store.find(each)) for each in tokens] == [False, False, True, True, True]


def test_a_file_of_its_own_is_gone_with_the_store() -> None:
    store = SessionStore()
    store.begin(Session("ada"), HOUR)
    folder = store._file.path.parent
    assert folder.is_dir()
    del store
    assert not folder.exists()
