"""Milvus as the lenses of an index: stale, broken, killed, gone; what it is told, and what is left after a deletion.

The server is Milvus Lite unless FOOTNOTE_MILVUS names another; what kills its server has one of its own, always Lite.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import milvus_server
import numpy as np
import pytest
from milvus_server import LiteServer
from seam.implementations import RECIPE, changes, commit, reference, store, vector_of, written

from rag.errors import ConfigProblem, IndexProblem, IndexUnwritable
from rag.lenses import MilvusLenses
from rag.storage import Store
from rag.types import Index, ShownLenses

WORDS = ["harbour", "train", "quay", "coffee", "women", "literacy", "port", "attack", "bridge", "ferry"]


def document(number: int, lines: int = 4) -> Any:
    draw = random.Random(number)
    return written([" ".join(draw.choices(WORDS, k=6)) + f" {number}." for _ in range(lines)], title=f"No {number}")


@pytest.fixture
def name() -> str:
    return milvus_server.new_name()


@pytest.fixture
def index(tmp_path: Path, name: str) -> Index:
    return Index(tmp_path, Store(tmp_path), MilvusLenses(milvus_server.address(), name))


@pytest.fixture
def client() -> Any:
    return milvus_server.client_of(milvus_server.address())


@pytest.fixture
def own(tmp_path: Path) -> Iterator[LiteServer]:
    """A server that may be killed."""
    server = milvus_server.lite(tmp_path / "server")
    yield server
    server.kill()


def rows_of(client: Any, name: str) -> str:
    """The one collection of rows of an index."""
    (found,) = [one for one in client.list_collections() if one.startswith(f"footnote_{name}_rows_")]
    return str(found)


def count(client: Any, rows: str) -> int:
    return int(client.query(rows, filter="", output_fields=["count(*)"])[0]["count(*)"])


def asked(shown: ShownLenses, k: int = 100) -> tuple[list[int], list[int]]:
    near, _ = shown.dense.search(vector_of("harbour"), k)
    words, _ = shown.lexical.search("harbour train quay", k)
    return near.tolist(), words.tolist()


def keys_of(documents: dict[str, Any]) -> set[int]:
    return {key for one in documents.values() for key in one.keys}


def test_rows_that_are_lost_cost_recall_and_nothing_else(index: Index, client: Any, name: str) -> None:
    files = {f"{at}.pdf": document(at) for at in range(6)}
    commit(index, files)
    lost = files["2.pdf"]
    with index.truth.snapshot() as snapshot:
        shown = index.lenses.of(snapshot)
        client.delete(rows_of(client, name), filter=f'document == "{lost.id}"')
        near, words = asked(shown)
        assert set(near) == keys_of(files) - set(lost.keys)
        assert set(words) <= set(near)
        assert words
        scores = shown.dense.scores(vector_of("harbour"), np.array([*lost.keys, near[0]], np.int64))
        assert scores[:-1].tolist() == [0.0] * len(lost.keys)
        assert scores[-1] > 0
        with pytest.raises(KeyError):
            shown.dense.scores(vector_of("harbour"), np.array([1], np.int64))
    index.lenses.close()
    with index.truth.snapshot() as snapshot:  # whoever opens it again is told, and has it mended
        with pytest.raises(ValueError, match="20 of 24"):
            index.lenses.of(snapshot)
        with index.truth.writer() as writer:
            index.lenses.publish(writer)
        assert set(asked(index.lenses.of(snapshot))[0]) == keys_of(files)


def test_rows_that_the_truth_does_not_have_are_not_shown(index: Index, client: Any, name: str, tmp_path: Path) -> None:
    """As many of them, all nearer than what is there: of other documents, and of one that is there."""
    files = {f"{at}.pdf": document(at) for at in range(3)}
    commit(index, files)
    rows = rows_of(client, name)
    (row, *_) = client.query(rows, filter=f"key == {files['0.pdf'].keys[0]}", output_fields=["*"])
    strange = [
        {**row, "key": 1000 + at, "vector": vector_of("harbour"), "document": ("gone", row["document"])[at % 2]}
        for at in range(400)
    ]
    for one in strange:
        one["words"] = {at: 5 * weight for at, weight in row["words"].items()}
    client.upsert(rows, strange)
    other = reference(tmp_path / "other")
    commit(other, files)
    with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
        shown, brute = index.lenses.of(snapshot), other.lenses.of(expected)
        for k in (1, 3, 100):
            assert asked(shown, k) == asked(brute, k)
        within = [files["0.pdf"].id]
        assert set(shown.dense.search(vector_of("harbour"), 100, within)[0].tolist()) == set(files["0.pdf"].keys)
        with pytest.raises(KeyError):
            shown.dense.scores(vector_of("harbour"), np.array([1001], np.int64))
    del shown  # nobody reads any more
    commit(index, {**files, "more.pdf": document(7)})  # the next build removes what no generation knows of
    gone = client.query(rows_of(client, name), filter='document == "gone"', output_fields=["key"])
    assert list(gone) == []


def test_an_engine_that_says_a_chunk_is_another_documents_is_not_believed(index: Index, client: Any, name: str) -> None:
    files = {f"{at}.pdf": document(at) for at in range(2)}
    commit(index, files)
    rows, one, other = rows_of(client, name), files["0.pdf"], files["1.pdf"]
    moved = client.query(rows, filter=f'document == "{one.id}"', output_fields=["*"])
    client.upsert(rows, [{**row, "document": other.id} for row in moved])
    with index.truth.snapshot() as snapshot:
        shown = index.lenses.of(snapshot)
        assert set(shown.dense.search(vector_of("harbour"), 100, [other.id])[0].tolist()) == set(other.keys)
        assert shown.dense.search(vector_of("harbour"), 100, [one.id])[0].tolist() == []


def test_rows_of_an_older_generation_that_were_left_are_not_shown(
    index: Index, client: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{at}.pdf": document(at) for at in range(6)}
    commit(index, files)
    later = {"0.pdf": files["0.pdf"], "new.pdf": document(9)}
    commit(index, later, keep=True)
    with index.truth.snapshot() as snapshot:
        for k in (2, 100):
            near, words = asked(index.lenses.of(snapshot), k)
            assert len(near) == min(k, 8)
            assert set(near) <= keys_of(later)
            assert set(words) <= keys_of(later)


def test_what_is_deleted_is_gone_from_the_engine(index: Index, client: Any, name: str) -> None:
    files = {f"{at}.pdf": document(at) for at in range(5)}
    commit(index, files)
    commit(index, {"0.pdf": files["0.pdf"]})
    rows = client.query(rows_of(client, name), filter="", output_fields=["key", "document"], limit=1000)
    assert {row["key"] for row in rows} == set(files["0.pdf"].keys)
    notes = client.query(f"footnote_{name}_notes", filter="", output_fields=["kind"], limit=1000)
    assert sorted(row["kind"] for row in notes) == ["compaction", "generation", "part"]
    commit(index, {})
    assert client.query(rows_of(client, name), filter="", output_fields=["key"], limit=10) == []


def test_a_generation_sends_what_is_new_and_leaves_the_rest(index: Index, client: Any, name: str) -> None:
    files = {f"{at}.pdf": document(at) for at in range(6)}
    commit(index, files)
    before = rows_of(client, name)
    commit(index, {**files, "new.pdf": document(7)})
    assert rows_of(client, name) == before
    rows = client.query(before, filter="", output_fields=["born", "document"], limit=1000)
    born = {row["document"]: row["born"] for row in rows}
    with index.truth.snapshot() as snapshot:
        newest = [one for one, at in born.items() if at == snapshot.generation]
    assert newest == [document(7).id]


def test_no_text_is_sent(index: Index, client: Any, name: str) -> None:
    """Words stand in the statistics, packed; no row and no note has a sentence."""
    commit(index, {"secret.pdf": written(["Zanzibar signed the treaty at midnight."], title="Protocol")})
    rows = client.query(rows_of(client, name), filter="", output_fields=["*"], limit=10)
    notes = client.query(f"footnote_{name}_notes", filter="", output_fields=["*"], limit=10)
    said = repr(list(rows)) + repr(list(notes))
    assert "anzibar" not in said
    assert "Protocol" not in said
    assert "secret" not in said


def test_an_index_with_many_more_vectors_than_are_compared_finds_them_by_a_graph(
    index: Index, client: Any, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commit(index, {f"{at}.pdf": document(at) for at in range(10)})
    monkeypatch.setattr("rag.lenses.milvus.publishing.EXACT_LIMIT", 100)
    files = {f"{at}.pdf": document(at) for at in range(60)}
    other = reference(tmp_path / "other")
    for one in (index, other):
        commit(one, files)
    assert client.describe_index(rows_of(client, name), "vector")["index_type"] == "HNSW"
    with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
        assert asked(index.lenses.of(snapshot), 1000) == asked(other.lenses.of(expected), 1000)


def test_rows_are_written_anew_where_chunks_have_become_longer(
    index: Index, client: Any, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("rag.lenses.milvus.publishing._SMALL", 10)
    first = {f"{at}.pdf": document(at) for at in range(10)}
    long = {f"long {at}.pdf": written([" ".join(WORDS * 20) + f" {at}"] * 4) for at in range(10)}
    other, collections = reference(tmp_path / "other"), []
    for files in (first, {**first, **long}):
        for one in (index, other):
            commit(one, files)
        with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
            shown, brute = index.lenses.of(snapshot), other.lenses.of(expected)
            assert asked(shown, 1000) == asked(brute, 1000)
            scores, exact = (one.lexical.search("ferry bridge", 50)[1] for one in (shown, brute))
            np.testing.assert_allclose(scores, exact, rtol=1e-5)
        del shown  # nobody reads any more
        collections.append(rows_of(client, name))
    assert collections[0] != collections[1]


def test_the_best_are_found_where_rows_are_written_for_other_lengths_than_there_are_now(
    index: Index, tmp_path: Path
) -> None:
    """The engine then puts long chunks too low, and few are asked for."""
    draw, other = random.Random(1), reference(tmp_path / "other")
    first = {"short.pdf": written(["ferry."])}
    lines = [" ".join(draw.choices(WORDS, k=4 + 90 * (at % 2))) + f" {at}" for at in range(400)]
    for files in (first, {**first, "long.pdf": written(lines)}):
        for one in (index, other):
            commit(one, files)
    with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
        shown, brute = index.lenses.of(snapshot), other.lenses.of(expected)
        for text in ("ferry", "ferry bridge", "coffee women attack", "port"):
            for k in (1, 3, 20):
                scores, exact = (one.lexical.search(text, k)[1] for one in (shown, brute))
                np.testing.assert_allclose(scores, exact, rtol=1e-5)


def test_what_a_build_is_writing_takes_no_place_among_what_is_found(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.lenses.milvus.shown.MOST_FOUND", 30)
    files = {f"{at}.pdf": document(at) for at in range(3)}
    commit(index, files)
    nearer = written(["harbour"] * 200)
    with index.truth.writer() as writer:
        store(writer, [nearer])
        last, changed = writer.generation, changes(writer, {**files, "late.pdf": nearer})
        with suppress(KeyboardInterrupt), writer.next_generation(*changed, RECIPE, {}) as new:
            index.lenses.publish(new, last)
            with index.truth.snapshot() as snapshot:
                assert set(asked(index.lenses.of(snapshot), 12)[0]) == keys_of(files)
            raise KeyboardInterrupt


@pytest.mark.parametrize("kind", ["generation", "part"])
@pytest.mark.parametrize("harm", ["cut", "gone"])
def test_notes_that_are_damaged_are_written_again(index: Index, client: Any, name: str, kind: str, harm: str) -> None:
    """Whoever opens the index is told; a build does not take them over."""
    files = {f"{at}.pdf": document(at) for at in range(4)}
    for end in ("asked", "built"):
        commit(index, files)
        index.lenses.close()
        notes = f"footnote_{name}_notes"
        rows = client.query(notes, filter=f'kind == "{kind}"', output_fields=["*"])
        if harm == "gone":
            client.delete(notes, filter=f'kind == "{kind}"')
        else:
            client.upsert(notes, [{**row, "text": row["text"][:-20]} for row in rows])
        if end == "asked":
            with index.truth.snapshot() as snapshot:
                with pytest.raises((OSError, ValueError)):
                    index.lenses.of(snapshot)
                with index.truth.writer() as writer:
                    index.lenses.publish(writer)
                assert set(asked(index.lenses.of(snapshot))[0]) == keys_of(files)
        files = {**files, f"{end}.pdf": document(7 + len(files))}
    commit(index, files)
    with index.truth.snapshot() as snapshot:
        assert set(asked(index.lenses.of(snapshot))[0]) == keys_of(files)


def test_questions_of_many_threads_while_builds_go_on_see_one_generation_each(index: Index) -> None:
    stages = [{f"{at}.pdf": document(at) for at in range(first, first + 5)} for first in (0, 2, 4, 0, 6)]
    commit(index, stages[0])
    done, seen = threading.Event(), []

    def ask() -> None:
        while not done.is_set():
            with index.truth.snapshot() as snapshot:
                ids = [row.document_id for row in snapshot.files() if row.document_id]
                with suppress(FileNotFoundError):  # a build has replaced it since
                    near, _ = asked(index.lenses.of(snapshot))
                    assert set(near) == set(snapshot.keys(ids).tolist())
                    seen.append(snapshot.generation)

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        try:
            for stage in stages[1:]:
                commit(index, stage)
        finally:
            done.set()
        for one in asking:
            one.result()
    assert len(set(seen)) > 1


def test_two_indexes_on_one_server_do_not_see_each_other(tmp_path: Path) -> None:
    name = milvus_server.new_name()
    names = [name, f"{name}_rows_00000000", f"{name}_notes"]
    several = [
        Index(tmp_path / one, Store(tmp_path / one), MilvusLenses(milvus_server.address(), one)) for one in names
    ]
    files = [{"a.pdf": document(at)} for at in range(3)]
    for _ in range(2):
        for index, mine in zip(several, files, strict=True):
            commit(index, mine)
    commit(several[0], files[0])  # whose name the others' begin with
    for index, mine in zip(several, files, strict=True):
        with index.truth.snapshot() as snapshot:
            assert set(asked(index.lenses.of(snapshot))[0]) == keys_of(mine)


def test_a_server_that_was_killed_and_started_again_has_everything(tmp_path: Path, own: LiteServer) -> None:
    index = Index(tmp_path / "index", Store(tmp_path / "index"), MilvusLenses(own.url))
    files = {f"{at}.pdf": document(at) for at in range(6)}
    commit(index, files)
    with index.truth.snapshot() as snapshot:
        shown = index.lenses.of(snapshot)
        before = asked(shown)
        own.kill()
        with pytest.raises(IndexProblem, match=r"127\.0\.0\.1:\d+ cannot be reached") as caught:
            asked(shown)
        assert "Start it" in caught.value.hint
        own.start_again()
        assert asked(shown) == before == asked(index.lenses.of(snapshot))
    own.kill()
    with pytest.raises(IndexProblem, match="cannot be reached"):
        commit(index, {"new.pdf": document(9)})
    with index.truth.snapshot() as snapshot:  # what was not published was not committed
        assert [row.path for row in snapshot.files()] == sorted(files)
    own.start_again()
    commit(index, {"new.pdf": document(9)})
    with index.truth.snapshot() as snapshot:
        assert set(asked(index.lenses.of(snapshot))[0]) == set(document(9).keys)


def test_a_build_that_is_killed_while_it_writes_leaves_nothing_that_is_shown(
    tmp_path: Path, own: LiteServer, rounds: int
) -> None:
    """The process that publishes is killed among its rows; the next one's generation is right, and nothing is left."""
    files = {f"{at}.pdf": document(at) for at in range(6)}
    index = Index(tmp_path / "index", Store(tmp_path / "index"), MilvusLenses(own.url))
    commit(index, files)
    program = (
        "import sys, pathlib; from engines.test_milvus import *;"
        "place = pathlib.Path(sys.argv[1]);"
        "index = Index(place, Store(place), MilvusLenses(sys.argv[2]));"
        "commit(index, {f'{at}.pdf': document(1000 * int(sys.argv[3]) + at, 40) for at in range(3, 60)})"
    )
    tests = Path(__file__).parent.parent
    client = milvus_server.client_of(own.url)
    name = rows_of(client, "index")
    for turn in range(rounds):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(index.folder), own.url, str(turn)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])},
        )
        while (written_now := count(client, name)) <= 24 + 500 * turn:
            assert process.poll() is None, "it was done before it could be killed"
        process.kill()
        process.wait()
        assert written_now < 24 + 57 * 40 * (turn + 1)
        with index.truth.snapshot() as snapshot:
            assert set(asked(index.lenses.of(snapshot), 10_000)[0]) == keys_of(files)
    commit(index, files)
    assert count(client, rows_of(client, "index")) == 24


def test_what_the_server_does_not_take_is_told_as_its_own_words(index: Index, client: Any, name: str) -> None:
    """Here a collection of notes that is another's: it has none of the fields."""
    client.create_collection(f"footnote_{name}_notes", dimension=2)
    with pytest.raises(IndexUnwritable, match="Milvus at") as caught:
        commit(index, {"a.pdf": document(1)})
    assert "log" in caught.value.hint
    assert index.truth.exists()


def test_a_server_that_is_not_there_is_told_in_one_sentence() -> None:
    lenses = MilvusLenses("milvus://someone:secret-word@127.0.0.1:1")
    with pytest.raises(IndexProblem) as caught:
        lenses.remove_others(1)
    assert caught.value.message == "The Milvus server at 127.0.0.1:1 cannot be reached."
    assert "secret-word" not in repr(caught.value) + repr(vars(lenses))


@pytest.mark.parametrize(
    "url",
    [
        "http://host:19530",
        "milvus://",
        "milvus://host:port",
        "milvus://host:99999",
        "milvus://u:secret@host/a/b",
        "milvus://host#a-b",
        "milvus://host#" + "x" * 61,
        "milvus://host?timeout=1",
        'milvus://host#a"; drop',
        "milvus://[::1",
    ],
)
def test_addresses_that_say_nothing_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        MilvusLenses(url)
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_documents_with_hostile_ids_are_found_and_nothing_else(index: Index) -> None:
    commit(index, {"a.pdf": document(1)})
    with index.truth.snapshot() as snapshot:
        shown = index.lenses.of(snapshot)
        for hostile in ('"] or key > 0 or document in ["', "\\", "\x00", "'", '" or "1"=="1', "é\ud7ff" * 90):
            assert shown.dense.search(vector_of("x"), 5, [hostile])[0].tolist() == []
            assert shown.lexical.search("harbour", 5, [hostile, document(1).id])[0].tolist()


def test_the_library_reads_no_settings_file_and_is_not_imported_before_it_is_needed(tmp_path: Path) -> None:
    program = (
        "import os, sys, rag.cli.commands; from rag.lenses import MilvusLenses;"
        "lenses = MilvusLenses('milvus://127.0.0.1:1'); assert 'pymilvus' not in sys.modules\n"
        "try: lenses.remove_others(1)\n"
        "except Exception as error: print(type(error).__name__)\n"
        "import dotenv; assert 'pymilvus' in sys.modules; print(os.environ.get('PYTHON_DOTENV_DISABLED'));"
        "print(os.environ.get('FROM_FILE'))"
    )
    # The library looks for `.env` above its own folder, or in the working folder where a program is given as text.
    (tmp_path / ".env").write_text("FROM_FILE=read\n")
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["IndexProblem", "None", "None"], done.stderr
    assert done.stderr == ""


def test_what_milvus_still_holds_is_told_and_dropped_by_name(tmp_path: Path, name: str, client: Any) -> None:
    index = Index(tmp_path / "a", Store(tmp_path / "a"), MilvusLenses(milvus_server.address(), name))
    commit(index, {"a.pdf": document(1), "b.pdf": document(2)})
    commit(index, {"a.pdf": document(1)})

    def told() -> dict[str, Any]:
        with index.truth.snapshot() as snapshot:
            return {one.place: one for one in index.lenses.remains(snapshot)}

    assert all(one.done for one in told().values())
    assert told()["Milvus, rows"].said == "4, none of a document that is gone"
    ghost = document(3)
    row = client.query(rows_of(client, name), filter="", limit=1, output_fields=["*"])[0]
    client.upsert(rows_of(client, name), [{**row, "key": 77, "document": ghost.id}])
    assert (told()["Milvus, rows"].done, told()["Milvus, rows"].said) == (False, "5, of 1 documents that are gone")
    other = Index(tmp_path / "b", Store(tmp_path / "b"), MilvusLenses(milvus_server.address(), f"{name}_other"))
    commit(other, {"a.pdf": ghost})
    assert f"{name}_other" in told()["Milvus, other indexes"].said.split(": ")[1].split(", ")
    with pytest.raises(ConfigProblem, match="There is no index none on the Milvus server"):
        index.lenses.drop("none")
    index.lenses.drop(f"{name}_other")
    left = [one for one in client.list_collections() if one.startswith(f"footnote_{name}_")]
    assert left
    assert not [one for one in left if "_other_" in one]
    index.lenses.drop()
    assert not [one for one in client.list_collections() if one.startswith(f"footnote_{name}_")]
