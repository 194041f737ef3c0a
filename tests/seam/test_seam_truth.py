"""Every truth: what is stored comes back, snapshots do not move, nothing is seen before its commit, gone is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from seam.implementations import IMPLEMENTATIONS, LASTING, RECIPE, Written, changes, commit, reference, store, written

from rag.errors import IndexLocked, IndexMissing
from rag.types import Index, Snapshot, Span

TESTS = Path(__file__).resolve().parents[1]
DIES = """
import os, sys
from pathlib import Path
from seam.implementations import LASTING, RECIPE, changes, store, written

index = LASTING[sys.argv[1]](Path(sys.argv[2]))
late = written(["a late line"])
with index.truth.writer() as writer:
    store(writer, [late])
    if sys.argv[3] == "commit":
        last = writer.generation
        with writer.next_generation(*changes(writer, {"late.pdf": late}), RECIPE, {}) as new:
            index.lenses.publish(new, last)
            os._exit(9)
    os._exit(9)
"""


@pytest.fixture(params=IMPLEMENTATIONS)
def index(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    monkeypatch.setattr("rag.rows.paging._PAGE", 2)
    return IMPLEMENTATIONS[request.param](tmp_path / "index")


A = written(["The train stopped.", "", "64 people died."], title="A title", heading=("Over", "Under"))
B = written(["Die Brücke ist gesperrt. 😀 e\u0301", "x" * 50_000], language="de")
C = written(["The train stopped."], suffix=".txt")


def told(snapshot: Snapshot, documents: Iterable[Written]) -> list[object]:
    """All that a snapshot tells, but for numbers that each truth chooses for itself."""
    found: list[object] = [snapshot.recipe, snapshot.meta("model"), snapshot.meta("nothing"), snapshot.languages()]
    found += [list(snapshot.files()), list(snapshot.sources()), snapshot.files_at(["z.pdf", "a.pdf", "no"])]
    for one in documents:
        document_id, text = one.id, one.loaded.document.text
        found += [snapshot.document(document_id), snapshot.paths(document_id), snapshot.sha256(document_id)]
        found += [snapshot.glyphs(document_id, Span(0, len(text))), snapshot.glyphs(document_id, Span(1, 2))]
        found += [snapshot.words(document_id), snapshot.keys([document_id]).tolist()]
        chunks = snapshot.chunks(one.keys)
        found += [[(key, c.chunk, c.title, c.text, c.sentences) for key, c in sorted(chunks.items())]]
        for chunk in chunks.values():
            (expected,) = (one.embeddings[vector] for c, _, vector in one.pieces if c == chunk.chunk)
            assert len(chunk.vectors) == len(expected.sentences)
            np.testing.assert_allclose(chunk.vectors, expected.sentences.reshape(chunk.vectors.shape), atol=0.005)
    return found


def test_every_truth_tells_what_the_reference_tells(index: Index, tmp_path: Path) -> None:
    other, several = reference(tmp_path), [B.id, A.id, "none", A.id]
    for files in (
        {"z.pdf": A, "a.pdf": A, "m/ü.pdf": B, "no reader.xyz": None},
        {"a.pdf": A, "c.txt": C},
        {"a.pdf": B, "c.txt": C, "\U0001f600.pdf": A, "\uffee.pdf": A},  # code points, not code units, make the order
        {},
    ):
        for one in (index, other):
            commit(one, files)
        with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
            assert told(snapshot, (A, B, C)) == told(expected, (A, B, C))
            assert snapshot.keys(several).tolist() == expected.keys(several).tolist()
            assert snapshot.chunks([]) == {}
        with index.truth.writer() as writer, other.truth.writer() as same:
            ids = [one for one, _ in same.documents()]
            assert list(writer.documents()) == list(same.documents())
            assert list(writer.texts(ids)) == list(same.texts(ids))
            (keys, vectors), (same_keys, same_vectors) = writer.vectors(ids), same.vectors(ids)
            assert (keys.tolist(), vectors.tolist()) == (same_keys.tolist(), same_vectors.tolist())
            assert writer.count_chunks() == same.count_chunks()
            assert list(writer.files()) == list(same.files())
            assert writer.empty_pages(A.id, RECIPE) == same.empty_pages(A.id, RECIPE)


def test_what_one_truth_keeps_another_takes_over_bit_for_bit(index: Index, tmp_path: Path) -> None:
    for files in ({"z.pdf": A, "b.pdf": B, "n.txt": A, "no.xyz": None}, {"n.txt": A, "c.txt": C}):
        commit(index, files)
        other = reference(tmp_path)
        with index.truth.snapshot() as snapshot, other.truth.writer() as writer:
            assert snapshot.notes() == {"model": "m"}
            assert snapshot.stored("none") is None
            for one in {row.document_id: row for row in snapshot.files() if row.document_id}:
                stored = snapshot.stored(one or "")
                assert stored
                assert stored.loaded.document.path.endswith(stored.loaded.document.media_type[-3:]) or one == C.id
                writer.put_packed(snapshot.packed([each for _, _, each in stored.chunks]))
                writer.put_document(stored.loaded, snapshot.recipe, stored.chunks)
            with writer.next_generation(snapshot.files(), [], snapshot.recipe, snapshot.notes()):
                pass
        with index.truth.snapshot() as snapshot, other.truth.snapshot() as same:
            assert told(snapshot, (A, B, C)) == told(same, (A, B, C))
            for wrote in (A, B, C):
                assert snapshot.stored(wrote.id) == same.stored(wrote.id)
                assert list(snapshot.packed(wrote.embeddings)) == list(same.packed([*wrote.embeddings, b"none"]))
                for chunk in same.chunks(wrote.keys):
                    np.testing.assert_array_equal(
                        snapshot.chunks([chunk])[chunk].vectors, same.chunks([chunk])[chunk].vectors
                    )
            ids = [one for one, _ in snapshot.documents()]
            assert ids == [one for one, _ in same.documents()]
            assert snapshot.vectors(ids)[1].tobytes() == same.vectors(ids)[1].tobytes()
            assert list(snapshot.texts(ids)) == list(same.texts(ids))


def test_what_a_stopped_build_has_left_is_known(index: Index) -> None:
    commit(index, {"a.pdf": A})
    with index.truth.writer() as writer:
        assert not writer.has_unnamed()
        writer.put_vectors(B.embeddings.items())
        assert writer.has_unnamed()
        store(writer, [B])
        assert writer.has_unnamed()
        assert writer.stored(B.id) is None
    commit(index, {"a.pdf": A})
    with index.truth.writer() as writer:
        assert not writer.has_unnamed()


def test_what_is_left_of_what_was_deleted_is_told_until_it_is_gone(index: Index) -> None:
    assert index.truth.remains() == []
    commit(index, {"a.pdf": A, "b.pdf": B})
    commit(index, {"a.pdf": A})
    with index.truth.snapshot() as snapshot:
        told = [*index.truth.remains(), *index.lenses.remains(snapshot)]
    assert [one for one in told if not one.done] == []
    with index.truth.writer() as writer:
        store(writer, [C])
    (left,) = [one for one in index.truth.remains() if one.hint]
    assert (left.done, left.said) == (False, "1 documents that no file names, 0 vectors of no passage")
    commit(index, {"a.pdf": B}, keep=True)
    assert all(one.done for one in index.truth.remains())
    with index.truth.snapshot() as snapshot:
        assert not all(one.done for one in index.lenses.remains(snapshot)), "the lenses of the last one are kept"
        index.lenses.remove_others(snapshot.generation)
        assert all(one.done for one in index.lenses.remains(snapshot))


def test_what_is_dropped_is_gone_and_can_be_made_again(index: Index) -> None:
    commit(index, {"a.pdf": A})
    with index.truth.writer(), pytest.raises(IndexLocked):
        index.truth.drop()
    index.truth.drop()
    index.lenses.drop()
    assert not index.truth.exists()
    assert index.truth.remains() == []
    with pytest.raises(IndexMissing), index.truth.snapshot():
        pass
    commit(index, {"b.pdf": B})
    with index.truth.snapshot() as snapshot:
        assert [row.path for row in snapshot.files()] == ["b.pdf"]
        assert index.lenses.of(snapshot).lexical.search("train", 5)[0].tolist() == []


def test_there_is_nothing_before_the_first_commit(index: Index) -> None:
    assert not index.truth.exists()
    with pytest.raises(IndexMissing), index.truth.snapshot():
        pass
    with index.truth.writer() as writer:
        assert writer.generation == 0
        store(writer, [A])
    assert index.truth.exists()
    with pytest.raises(IndexMissing), index.truth.snapshot():
        pass
    with index.truth.writer() as writer, writer.empty_generation(RECIPE, {"model": "m"}) as new:
        assert list(new.documents()) == []
    with index.truth.snapshot() as snapshot:
        assert snapshot.generation > 0
        assert (list(snapshot.files()), list(snapshot.sources()), snapshot.document(A.id)) == ([], [], None)
    with index.truth.writer() as writer:
        assert writer.find_document(A.loaded.document.sha256, RECIPE, "a.PDF") == A.id, "an empty one erases nothing"


def test_what_is_stored_is_found_by_who_goes_on_and_seen_by_nobody(index: Index) -> None:
    commit(index, {"b.pdf": B})
    with index.truth.writer() as writer:
        store(writer, [A])
    sha256 = A.loaded.document.sha256
    with index.truth.snapshot() as snapshot:
        assert (snapshot.document(A.id), snapshot.sha256(A.id), snapshot.paths(A.id)) == (None, None, [])
        assert (snapshot.glyphs(A.id, Span(0, 9)), snapshot.words(A.id)) == ((), ())
        assert (snapshot.chunks(A.keys), snapshot.keys([A.id]).tolist()) == ({}, [])
        assert [source.document_id for source in snapshot.sources()] == [B.id]
        assert snapshot.languages() == {"de": 1}
    with index.truth.writer() as writer:
        assert writer.find_document(sha256, RECIPE, "elsewhere.PDF") == A.id
        assert writer.find_document(sha256, RECIPE, "elsewhere.txt") is None
        assert writer.find_document(sha256, "another", "a.pdf") is None
        assert writer.empty_pages(A.id, RECIPE) == (2,)
        assert writer.missing_vectors([*A.embeddings, b"none"]) == {b"none"}
        assert [one for one, _ in writer.documents()] == [B.id]


def test_what_no_file_names_any_more_is_erased(index: Index) -> None:
    commit(index, {"a.pdf": A, "b.pdf": B})
    with index.truth.writer() as writer:
        store(writer, [C])  # a build that never came to its commit
    commit(index, {"b.pdf": B})
    with index.truth.writer() as writer:
        for one in (A, C):
            assert writer.find_document(one.loaded.document.sha256, RECIPE, one.loaded.document.path) is None
            assert writer.missing_vectors(one.embeddings) == set(one.embeddings)
        assert writer.missing_vectors(B.embeddings) == set()
    with index.truth.snapshot() as snapshot:
        assert (snapshot.document(A.id), snapshot.chunks(A.keys), snapshot.words(A.id)) == (None, {}, ())
        assert snapshot.keys([A.id]).tolist() == []


def test_a_snapshot_stays_while_others_commit(index: Index) -> None:
    commit(index, {"a.pdf": A})
    with index.truth.snapshot() as first:
        before, numbers = told(first, (A, B)), [first.generation]
        for files in ({"a.pdf": B}, {"b.pdf": B}, {}):
            commit(index, files, keep=True)
            with index.truth.snapshot() as later:
                numbers.append(later.generation)
                assert [row.path for row in later.files()] == list(files)
            assert told(first, (A, B)) == before
    assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_a_writer_sees_the_next_generation_before_anybody(index: Index) -> None:
    commit(index, {"a.pdf": A})
    with index.truth.writer() as writer:
        store(writer, [B])
        with writer.next_generation(*changes(writer, {"b.pdf": B}), RECIPE, {"model": "n"}) as new:
            assert [one for one, _ in new.documents()] == [B.id]
            with index.truth.snapshot() as snapshot:
                assert new.generation == snapshot.generation + 1
                assert (snapshot.meta("model"), snapshot.paths(A.id)) == ("m", ["a.pdf"])


def test_a_commit_that_fails_leaves_the_last_generation(index: Index) -> None:
    commit(index, {"a.pdf": A})
    with index.truth.snapshot() as snapshot:
        before, number = told(snapshot, (A, B)), snapshot.generation
    with index.truth.writer() as writer:
        store(writer, [B])
        told_late = changes(writer, {"b.pdf": B})
        with pytest.raises(KeyboardInterrupt), writer.next_generation(*told_late, RECIPE, {"model": "n"}):
            raise KeyboardInterrupt
    with index.truth.snapshot() as snapshot:
        assert (told(snapshot, (A, B)), snapshot.generation) == (before, number)
    with index.truth.writer() as writer:
        assert writer.find_document(B.loaded.document.sha256, RECIPE, "b.pdf") == B.id, "what was stored is kept"


@pytest.mark.parametrize("name", LASTING)
@pytest.mark.parametrize("when", ["stored", "commit"])
def test_a_writer_that_dies_leaves_the_last_generation_and_keeps_nobody_out(
    name: str, when: str, tmp_path: Path
) -> None:
    index = LASTING[name](tmp_path)
    commit(index, {"a.pdf": A})
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    command = [sys.executable, "-c", DIES, name, str(tmp_path), when]
    died = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (died.returncode, died.stderr) == (9, "")
    late = written(["a late line"])
    with index.truth.snapshot() as snapshot:
        assert [row.path for row in snapshot.files()] == ["a.pdf"]
        assert index.lenses.of(snapshot).lexical.search("late", 5)[0].tolist() == []
        assert index.lenses.of(snapshot).lexical.search("train", 5)[0].tolist() == [A.pieces[0][0].id]
    with index.truth.writer() as writer:
        assert writer.find_document(late.loaded.document.sha256, RECIPE, "late.pdf") == late.id
    commit(index, {"late.pdf": late})
    with index.truth.snapshot() as snapshot:
        assert index.lenses.of(snapshot).lexical.search("late", 5)[0].tolist() == late.keys


def test_there_is_one_writer(index: Index) -> None:
    with index.truth.writer(), pytest.raises(IndexLocked), index.truth.writer():
        pass
    with pytest.raises(KeyError), index.truth.writer():
        raise KeyError
    commit(index, {"a.pdf": A})


def test_another_recipe_takes_over_in_one_step(index: Index) -> None:
    commit(index, {"a.pdf": A, "b.pdf": B})
    with index.truth.writer() as writer:
        store(writer, [A], "r2")
    with index.truth.snapshot() as snapshot:
        assert (snapshot.recipe, len(snapshot.chunks(A.keys))) == (RECIPE, len(A.keys))
    commit(index, {"a.pdf": A, "b.pdf": B}, "r2")
    with index.truth.snapshot() as snapshot:
        assert (snapshot.recipe, len(snapshot.chunks(A.keys))) == ("r2", len(A.keys))
        assert [source.chunks for source in snapshot.sources()] == [len(A.keys), len(B.keys)]
    with index.truth.writer() as writer:
        assert writer.find_document(A.loaded.document.sha256, RECIPE, "a.pdf") is None


def test_long_lists_are_read_in_pages_and_whoever_stops_early_holds_up_nobody(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    paths = sorted(f"{at % 7}/{at}.xyz" for at in range(2500))
    commit(index, {**dict.fromkeys(paths), "a.pdf": A})
    with index.truth.snapshot() as snapshot:
        files = snapshot.files()
        assert next(files).path == paths[0]
        assert [row.path for row in files] == [*paths[1:], "a.pdf"]
        assert [source.path for source in snapshot.sources()] == [*paths, "a.pdf"]
        assert sorted(snapshot.files_at(reversed(paths))) == paths
        begun = snapshot.sources()
        next(begun)
    commit(index, {"a.pdf": A})
    with index.truth.snapshot() as snapshot:
        assert [row.path for row in snapshot.files()] == ["a.pdf"]
