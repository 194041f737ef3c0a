"""The truth: what is stored comes back, snapshots do not move, nothing is seen before its transaction, gone is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamaged, IndexMissing
from rag.storage.connect import open_for_writing
from rag.storage.store import Store
from rag.types import (
    Block,
    Chunk,
    ChunkEmbedding,
    Document,
    FileRow,
    GlyphRun,
    Left,
    LoadedDocument,
    Page,
    PageRange,
    Span,
)

RECIPE = "r1"


def unit(n: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, 8)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def loaded(name: str, text: str) -> LoadedDocument:
    pages = (Page(1, "i", Span(0, 4)), Page(2, "1", Span(4, len(text))))
    blocks = (Block("heading", Span(0, 4)), Block("paragraph", Span(5, len(text)), ("Over", "Under")))
    document = Document(f"id-{name}", f"{name}.pdf", "A title", text, pages, blocks, f"sha-{name}", "application/pdf")
    return LoadedDocument(document, (GlyphRun(0, 1, 7, 4), GlyphRun(5, 2, 0, len(text) - 5)), (3,))


def put(store: Store, *documents: LoadedDocument) -> None:
    with store.writer() as writer:
        for seed, one in enumerate(documents):
            document, vectors = one.document, unit(3, seed)
            chunk = Chunk(seed + 2**62, document.id, Span(0, len(document.text)), PageRange(1, 2), ("Over",))
            sentences = (Span(0, 4), Span(5, len(document.text)))
            writer.put_vectors([(document.id.encode(), ChunkEmbedding(vectors[0], vectors[1:]))])
            writer.put_document(one, RECIPE, [(chunk, sentences, document.id.encode())])
        rows = [FileRow(d.document.path, 1, 2, d.document.sha256, "indexed", d.document.id) for d in documents]
        gone = {row.path for row in writer.files()} - {row.path for row in rows}
        with writer.next_generation(rows, gone, RECIPE, {"model": "m"}):
            pass


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    store, one = Store(tmp_path), loaded("a", "Héad 😀 text, שלום.\r\n")
    put(store, one)
    with store.snapshot() as snapshot:
        assert snapshot.document("id-a") == one.document
        assert snapshot.glyphs("id-a", Span(0, len(one.document.text))) == one.glyphs
        assert snapshot.glyphs("id-a", Span(0, 0)) == ()
        assert (snapshot.recipe, snapshot.meta("model")) == (RECIPE, "m")
        assert snapshot.generation > 0
        (stored,) = snapshot.chunks([2**62, 5]).values()
        assert stored.chunk == Chunk(2**62, "id-a", Span(0, len(one.document.text)), PageRange(1, 2), ("Over",))
        assert stored.sentences == (Span(0, 4), Span(5, len(one.document.text)))
        norms = np.linalg.norm(stored.vectors, axis=1)
        cosines = (stored.vectors * unit(3)[1:]).sum(axis=1) / norms
        assert (cosines > 0.999).all()
        (source,) = snapshot.sources()
        assert (source.path, source.title, source.chunks, source.pages) == ("a.pdf", "A title", 1, 2)


LATER = ("tables", "left_out", "language", "date")  # the newest first


@pytest.mark.parametrize("lacking", [LATER[:1], LATER[:2], LATER[:3], LATER])
def test_an_index_made_before_some_columns_answers_and_is_written_on(tmp_path: Path, lacking: tuple[str, ...]) -> None:
    store, one = Store(tmp_path), loaded("a", "Some old text.")
    put(store, one)
    connection = open_for_writing(store.path)
    for column in lacking:
        connection.execute(f"ALTER TABLE documents DROP COLUMN {column}")
    connection.close()
    with store.snapshot() as snapshot:
        assert snapshot.document("id-a") == one.document
        (source,) = snapshot.sources()
        assert (source.date, source.language, source.left) == ("", "", ())
    left = (Left("running head", 3, ("page 1", "page 2"), 12), Left("picture", 1))
    told = replace(one, document=replace(one.document, date="2025-03", language="de", left=left))
    put(store, told)
    with store.snapshot() as snapshot:
        assert snapshot.document("id-a") == told.document
        (source,) = snapshot.sources()
        assert (source.date, source.language, source.left) == ("2025-03", "de", left)


def test_a_snapshot_does_not_move_and_the_next_one_does(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, loaded("a", "First text"))
    with store.snapshot() as before:
        put(store, loaded("b", "Other text"))
        assert [row.path for row in before.files()] == ["a.pdf"]
        assert before.document("id-a") is not None
        with store.snapshot() as after:
            assert after.generation == before.generation + 1
            assert [row.path for row in after.files()] == ["b.pdf"]
            assert after.document("id-a") is None


def test_a_connection_that_is_kept_sees_what_was_written_since(tmp_path: Path) -> None:
    store = Store(tmp_path, idle=1)
    for name in "abc":
        put(Store(tmp_path), loaded(name, f"Text of {name}"))
        with store.snapshot() as snapshot:
            assert [row.path for row in snapshot.files()] == [f"{name}.pdf"]
        assert len(store._readers._idle) == 1
        assert Path(f"{store.path}-wal").stat().st_size == 0  # one that is kept does not hold up the log
    store.close()
    assert not store._readers._idle


def test_a_connection_that_is_kept_is_not_used_for_another_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "here", idle=1)
    put(store, loaded("a", "Text of a"))
    with store.snapshot() as snapshot:
        assert snapshot.document("id-a") is not None
    put(Store(tmp_path / "new"), loaded("b", "Text of b"))
    (tmp_path / "here").rename(tmp_path / "old")
    (tmp_path / "new").rename(tmp_path / "here")
    with store.snapshot() as snapshot:
        assert [row.path for row in snapshot.files()] == ["b.pdf"]
    store.close()


def test_a_connection_is_not_kept_after_an_error(tmp_path: Path) -> None:
    store = Store(tmp_path, idle=1)
    put(store, loaded("a", "Text of a"))
    with pytest.raises(KeyError), store.snapshot():
        raise KeyError
    assert not store._readers._idle
    with store.snapshot() as snapshot:
        assert snapshot.document("id-a") is not None
    store.close()


def test_a_checkpoint_is_kept_but_not_seen(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, loaded("a", "First text"))
    late = loaded("b", "Late text")
    with store.writer() as writer:
        writer.put_vectors([(b"v", ChunkEmbedding(unit(1)[0], unit(1)))])
        writer.put_document(late, RECIPE, [(Chunk(9, "id-b", Span(0, 4)), (Span(0, 4),), b"v")])
    with store.snapshot() as snapshot:
        assert snapshot.document("id-b") is None
        assert snapshot.chunks([9]) == {}
        assert len(snapshot.keys(["id-a"])) == 1
    with store.writer() as writer:
        assert writer.find_document("sha-b", RECIPE, "elsewhere.PDF") == "id-b"
        assert writer.find_document("sha-b", RECIPE, "elsewhere.txt") is None
        assert writer.missing_vectors([b"v", b"w"]) == {b"w"}


def test_a_failed_transaction_leaves_the_last_generation(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, loaded("a", "First text"))
    with store.snapshot() as snapshot:
        first = snapshot.generation

    def fail(generation: int) -> None:
        assert generation == first + 1
        raise OSError("the disk is full")

    with (
        pytest.raises(OSError, match="full"),
        store.writer() as writer,
        writer.next_generation([], ["a.pdf"], RECIPE, {}) as new,
    ):
        fail(new.generation)
    with store.snapshot() as snapshot:
        assert snapshot.generation == first
        assert [row.path for row in snapshot.files()] == ["a.pdf"]


def test_what_is_gone_leaves_no_byte(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, loaded("a", "CANARY-17 sings"), loaded("b", "stays here"))
    vector = unit(3)[0].tobytes()
    assert any(b"CANARY-17" in path.read_bytes() for path in tmp_path.iterdir())
    put(store, loaded("b", "stays here"))
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert b"CANARY-17" not in data
        assert b"id-a" not in data
        if "b" not in path.name:
            assert vector not in data


def test_a_document_goes_by_the_first_of_its_paths(tmp_path: Path) -> None:
    store, one = Store(tmp_path), loaded("m", "Same text")
    put(store, one)
    with store.writer() as writer:
        rows = [FileRow(path, 1, 2, "sha-m", "indexed", "id-m") for path in ("z.pdf", "a/b.pdf")]
        with writer.next_generation(rows, ["m.pdf"], RECIPE, {}):
            pass
    with store.snapshot() as snapshot:
        document = snapshot.document("id-m")
        assert document is not None
        assert document.path == "a/b.pdf"
        assert snapshot.paths("id-m") == ["a/b.pdf", "z.pdf"]


def test_missing_unfinished_and_damaged_are_told_apart(tmp_path: Path) -> None:
    store = Store(tmp_path / "none")
    with pytest.raises(IndexMissing), store.snapshot():
        pass
    with store.writer():
        pass
    with pytest.raises(IndexMissing, match="incomplete"), store.snapshot():
        pass
    store.path.write_bytes(b"not a database" * 500)
    with pytest.raises(IndexDamaged), store.snapshot():
        pass


def test_what_an_interrupted_build_stored_is_found_without_looking_at_every_document(tmp_path: Path) -> None:
    put(Store(tmp_path), loaded("a", "Four and more."))
    with Store(tmp_path).writer() as writer:
        question = "SELECT id FROM documents WHERE sha256 = 'x' AND recipe = 'y' AND suffix = 'z'"
        plan = " ".join(str(row[3]) for row in writer._db.execute(f"EXPLAIN QUERY PLAN {question}"))
    assert "documents_content" in plan
