"""`rag migrate`: an index goes from one truth to another whole or not at all, and answers there as it did."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from postgres import PostgresServer
from seam.implementations import written
from seam.reference_truth import MemoryTruth
from words import WordEncoder

from rag.assistant import Assistant, embedded, index_of
from rag.config import Config, load_config
from rag.errors import ConfigProblem, IndexDamaged, IndexMissing
from rag.indexing import build, migrate
from rag.types import FileRow, Index, Span

TESTS = Path(__file__).resolve().parents[1]
A = written(["The train stopped.", "", "64 people died."], title="A title", heading=("Over", "Under"))
B = written(["Die Brücke ist gesperrt. 😀 e\u0301", "x" * 5_000], title="no \0 character", language="de")
QUESTIONS = ("people died near Sibi", "paragraph about number 21")
DIES = """
import os, signal, sys
from rag.assistant import index_of
from rag.config import load_config
from rag.indexing import migrate

def tell(step):
    if step.stage == sys.argv[3] and step.done == step.total:
        os.kill(os.getpid(), signal.SIGKILL)

here, there = (index_of(load_config(index=one, database="")) for one in sys.argv[1:3])
migrate(here, there, replace=True, progress=tell)
"""


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def filled(tmp_path: Path) -> Index:
    """An index of documents that hold one of everything."""
    index = embedded(tmp_path / "filled")
    rows = [
        FileRow(path, 3, 5, one.loaded.document.sha256, "indexed", one.id, "", "", (2,))
        for path, one in {"a.pdf": A, "b/ü.pdf": B, "same.txt": A}.items()
    ]
    rows.append(FileRow("no.xyz", 3, 4, "", "skipped", None, "No reader.", "Remove it."))
    with index.truth.writer() as writer:
        for one in (A, B):
            writer.put_vectors(one.embeddings.items())
            writer.put_document(one.loaded, "r1", one.pieces)
        with writer.next_generation(rows, [], "r1", {"model": "m", "sources": "../s", "ocr": "tesseract 5"}) as new:
            index.lenses.publish(new)
    return index


def all_of(index: Index) -> list[object]:
    with index.truth.snapshot() as snapshot:
        told: list[object] = [list(snapshot.files()), list(snapshot.sources()), snapshot.recipe]
        notes = snapshot.notes()
        told += [notes["model"], notes["ocr"], (index.folder / notes["sources"]).resolve()]
        for one in (A, B):
            told += [
                snapshot.stored(one.id),
                snapshot.glyphs(one.id, Span(0, 9_999)),
                list(snapshot.packed(one.embeddings)),
            ]
            told += [sorted((key, chunk.text) for key, chunk in snapshot.chunks(one.keys).items())]
    return told


def test_there_and_back_everything_is_the_same(filled: Index, url: str, tmp_path: Path) -> None:
    there, back = index_of(load_config(index=url)), embedded(tmp_path / "deep" / "back")
    first, second = migrate(filled, there), migrate(there, back)
    assert (first.files, first.documents, first.passages) == (4, 2, 5)
    assert first.digest == second.digest
    assert (first.searches, first.same) == (second.searches, second.same) == (2, 2)
    assert all_of(there) == all_of(back)
    before, after = all_of(filled), all_of(back)
    assert repr(before).replace("no \\x00", "no \ufffd") == repr(after)  # PostgreSQL's texts have no character 0
    elsewhere = Index(tmp_path / "memory", MemoryTruth(), embedded(tmp_path / "memory").lenses)
    assert migrate(back, elsewhere).digest == first.digest


@pytest.mark.parametrize(
    ("to", "stage"), [("folder", "copying"), ("PostgreSQL", "checking"), ("PostgreSQL", "writing")]
)
def test_killed_in_the_middle_it_leaves_nothing_to_be_seen(
    filled: Index, url: str, tmp_path: Path, stage: str, to: str
) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    target = url if to == "PostgreSQL" else str(tmp_path / "target")
    command = [sys.executable, "-c", DIES, str(filled.folder), target, stage]
    died = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (died.returncode, died.stderr) == (-signal.SIGKILL, "")
    there = index_of(load_config(index=target))
    with pytest.raises(IndexMissing), there.truth.snapshot():
        pass
    assert (first := migrate(filled, there)).documents == 2
    before = all_of(there)
    other = embedded(tmp_path / "other")
    with other.truth.writer() as writer, writer.empty_generation("r1", {"model": "m"}) as new:
        other.lenses.publish(new)
    command[3] = str(other.folder)
    died = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (died.returncode, died.stderr) == (-signal.SIGKILL, "")
    assert all_of(there) == before, "what would have been replaced still answers"
    assert first.searches == first.same == 2


def test_what_is_there_is_replaced_only_when_that_is_asked_for(filled: Index, tmp_path: Path) -> None:
    other = embedded(tmp_path / "other")
    with other.truth.writer() as writer:
        writer.put_vectors(B.embeddings.items())
        writer.put_document(B.loaded, "r0", B.pieces)
        row = FileRow("old.pdf", 1, 1, "", "indexed", B.id)
        with writer.next_generation([row], [], "r0", {"model": "m"}) as new:
            other.lenses.publish(new)
    with pytest.raises(ConfigProblem, match="There is an index at the target already"):
        migrate(filled, other)
    migrate(filled, other, replace=True)
    assert all_of(other) == all_of(filled)
    with other.truth.snapshot() as snapshot:
        assert "old.pdf" not in [row.path for row in snapshot.files()]
    with other.truth.writer() as writer:
        assert not writer.has_unnamed()


@pytest.fixture
def bad(server: PostgresServer, url: str) -> str:
    """A collection whose database changes a bit of every vector on its way in."""
    with index_of(load_config(index=url)).truth.writer():
        pass
    schema = f"footnote_{url.rpartition('#')[2]}"
    server.run(
        f"CREATE FUNCTION {schema}.off() RETURNS trigger AS $$ BEGIN"
        " NEW.vector = set_byte(NEW.vector, 0, get_byte(NEW.vector, 0) # 1); RETURN NEW; END $$ LANGUAGE plpgsql;"
        f"CREATE TRIGGER off BEFORE INSERT ON {schema}.vectors FOR EACH ROW EXECUTE FUNCTION {schema}.off()"
    )
    return url


def test_a_target_that_gives_back_another_bit_gets_nothing(filled: Index, bad: str) -> None:
    there = index_of(load_config(index=bad))
    with pytest.raises(IndexDamaged, match="read back from the target is not what was written"):
        migrate(filled, there)
    with pytest.raises(IndexMissing), there.truth.snapshot():
        pass


def test_the_command_takes_a_built_index_there_and_it_answers_alike(url: str, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "train.md").write_text("# Trains\n\nThe train stopped near Sibi. Sixty-four people died there.\n")
    (sources / "many.txt").write_text("\n\n".join(f"This paragraph is about number {i}." * 4 for i in range(40)))
    here = load_config(sources=sources, index=tmp_path / "index", chunk_tokens=40)
    build(sources, index_of(here), encoder=WordEncoder(), size=40, overlap=1)

    def rag(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = rag("migrate", "index", url, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["files"], told["same"]) == (2, told["searches"])
    assert told["searches"] > 0
    there = load_config(sources=sources, index=url, chunk_tokens=40)
    assert found(there) == found(here)
    with Assistant(there, WordEncoder()) as assistant:
        report = assistant.build()
        assert (report.chunks_embedded, len(report.unchanged)) == (0, 2), "nothing has to be read again"
    refused = rag("migrate", "index", url)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-2:] == [
        "There is an index at the target already.",
        "Name another, or replace it: --replace",
    ]
    assert "one and the same" in rag("migrate", "index", "./index").stderr
    assert "There is no index in none" in rag("migrate", "none", "elsewhere").stderr


def found(config: Config) -> list[list[tuple[str, int, float, str]]]:
    with Assistant(config, WordEncoder()) as assistant:
        return [[(p.document.path, p.chunk.id, p.score, p.text) for p in assistant.search(q)] for q in QUESTIONS]
