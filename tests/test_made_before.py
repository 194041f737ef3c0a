"""What an earlier version made still opens: an index, a users' file, feedback and an evidence pack of commit 10690a6.

They lie in `tests/data/made_by_10690a6`; the index and its sources are zipped. Nothing of them may be made anew to suit
the code: people have such files.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import rag
from rag.errors import IndexStale
from rag.evaluate import load_cases
from rag.evidence import FeedbackStore
from rag.indexing.builder import _CHUNK_VERSION
from rag.parsing import VERSION
from rag.server.users import password_matches, read_users

MADE = Path(__file__).resolve().parent / "data" / "made_by_10690a6"
QUESTION = "When was the harbour of Lorn dredged?"
QUOTE = "The harbour of Lorn was dredged in 1987."
SAME_VERSIONS = (VERSION, _CHUNK_VERSION) == ("2", "2")  # of reading and chunking, when the index was made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the old index and its sources."""
    with zipfile.ZipFile(MADE / "index.zip") as packed:
        packed.extractall(tmp_path)
    return tmp_path


def lenses(place: Path) -> dict[str, bytes]:
    files = [file for file in (place / "index").glob("*/*/*") if not file.name.endswith(".lock")]
    return {file.relative_to(place).as_posix(): file.read_bytes() for file in files}


@pytest.mark.skipif(not SAME_VERSIONS, reason="reading or chunking has changed since: the next test")
def test_an_old_index_answers_without_a_rebuild(place: Path) -> None:
    before = lenses(place)
    with rag.open(place / "index") as assistant:
        answer = assistant.ask(QUESTION)
        assert {source.path for source in assistant.documents()} == {"harbour.md", "lighthouse.txt"}
    assert answer.status == "answered"
    assert answer.claims[0].citations[0].quote == QUOTE
    assert len(before) > 10
    assert lenses(place) == before


@pytest.mark.skipif(SAME_VERSIONS, reason="reading and chunking are as they were: the test before")
def test_an_old_index_says_that_it_is_to_be_built_again(place: Path) -> None:
    with pytest.raises(IndexStale, match="rag build"):
        rag.open(place / "index")
    report = rag.build(place / "sources", place / "index")
    assert report.reread == ("harbour.md", "lighthouse.txt")
    assert "read again" in report.notes[0]
    with rag.open(place / "index") as assistant:
        assert assistant.ask(QUESTION).claims[0].citations[0].quote == QUOTE


def test_an_old_user_signs_in() -> None:
    users = read_users(MADE / "users.txt")
    assert password_matches("ships in the night", users["ada"])
    assert not password_matches("ships in the day", users["ada"])


def test_old_feedback_becomes_cases(tmp_path: Path) -> None:
    shutil.copy(MADE / "feedback.jsonl", tmp_path)
    file = tmp_path / "cases.jsonl"
    file.write_text("".join(f"{json.dumps(case)}\n" for case in FeedbackStore(tmp_path / "feedback.jsonl").cases()))
    dredged, built = load_cases(file)
    assert (dredged.question, dredged.answers, dredged.citations[0].quote) == (QUESTION, ("1987",), QUOTE)
    assert (built.question, built.answers) == ("Who built the lighthouse?", ("The Port Trust",))


def test_an_old_pack_is_verified(place: Path) -> None:
    def verified() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag", "verify", str(MADE / "pack.html"), "--json"]
        return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)

    done = verified()
    assert done.returncode == 0, done.stderr
    assert [verdict["standing"] for verdict in json.loads(done.stdout)] == ["unchanged"]
    source = place / "sources" / "harbour.md"
    source.write_text(source.read_text().replace("1987", "1988"))
    assert verified().returncode == 1
