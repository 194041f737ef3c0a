"""Every pair of lenses against brute force: ids, order and scores, within documents, over generations, odd values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seam.implementations import (
    DIMENSION,
    IMPLEMENTATIONS,
    RECIPE,
    Written,
    changes,
    commit,
    reference,
    store,
    vector_of,
    written,
)

from rag.types import Index, Keys, ShownLenses, Snapshot, Vectors

ALL = 10_000


@pytest.fixture(params=IMPLEMENTATIONS)
def index(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    monkeypatch.setattr("rag.rows.paging._PAGE", 2)
    monkeypatch.setattr("rag.lenses.shards._MOST", 12)  # chunks of a part; so there are several
    return IMPLEMENTATIONS[request.param](tmp_path / "index")


WORDS = ["attack", "train", "pass", "women", "literacy", "port", "harbour", "take", "took", "taken", "quay", "coffee"]
WORDS += ["naïve", "64", "1½", "2024", "the", "of"]


def sentence(seed: int, length: int) -> str:
    rng = np.random.default_rng(seed)
    return " ".join(WORDS[at] for at in rng.integers(len(WORDS), size=length))


FILES: Mapping[str, Written] = {
    **{
        f"{at}.pdf": written(
            [sentence(100 * at + line, 3 + (7 * at + 13 * line) % 60) for line in range(at % 5 + 1)],
            title=("", "The port", "A train to the quay")[at % 3],
            heading=((), ("Literacy",), ("Over", "of women"))[at % 3],
        )
        for at in range(12)
    },
    "same 1.pdf": written(["The train took coffee.", "The train took coffee."]),
    "same 2.pdf": written(["The train took coffee.", "Another line."]),
    "german.pdf": written(["Die Brücken wurden gesperrt.", "Der Zug hält am Hafen."], language="de"),
    "japanese.pdf": written(["橋が閉鎖されました。"], language="ja"),
    "odd.pdf": written(["", " ", "—…!", "😀 e\u0301 \x00 Şanlıurfa_2", "a" * 70 + " port", 'body:attack AND "']),
    "long.pdf": written([" ".join(sentence(at, 50) for at in range(400)), " ".join(["attack"] * 300)]),
}
QUESTIONS = [
    ("attack on the train", ""),
    ("Who takes women to the harbour?", ""),
    ("naive literacy", ""),
    ("the of", ""),  # function words alone
    ("nowhere", ""),
    ("1½ 64 2024", ""),
    ("Welche Brücke?", "de"),
    ("閉鎖は？", "ja"),
    ("", ""),
    ("\x00 ((( attack^9 NOT train *", ""),
    (" ".join(WORDS * 40), ""),
]


def assert_same(found: tuple[Keys, Vectors], expected: tuple[Keys, Vectors], k: int) -> None:
    """The first `k` of what is expected in full: the same keys with the same scores in the same order.

    Only where scores are equal but for the last digits may keys change places, and with them who is the last.
    """
    keys, scores = found
    known = dict(zip(expected[0].tolist(), expected[1].tolist(), strict=True))
    assert len(set(keys.tolist())) == len(keys) == min(k, len(known))
    assert (np.diff(scores) <= 0).all()
    assert all(a < b for a, b, same in zip(keys, keys[1:], np.diff(scores) == 0, strict=False) if same)
    np.testing.assert_allclose(scores, [known[key] for key in keys.tolist()], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scores, expected[1][: len(keys)], rtol=1e-5, atol=1e-6)


def assert_alike(shown: ShownLenses, brute: ShownLenses, within: Iterable[Sequence[str] | None] = (None,)) -> None:
    """Both lenses answer as brute force does."""
    for documents in within:
        for text, language in QUESTIONS:
            vector = vector_of(text)
            words = brute.lexical.search(text, ALL, documents, language)
            near = brute.dense.search(vector, ALL, documents)
            for k in (0, 1, 3, 16, ALL):
                assert_same(shown.lexical.search(text, k, documents, language), words, k)
                assert_same(shown.dense.search(vector, k, documents), near, k)
            found = near[0]
            np.testing.assert_allclose(shown.dense.scores(vector, found), near[1], atol=1e-6)
            np.testing.assert_allclose(shown.dense.scores(vector, found[::-2]), near[1][::-2], atol=1e-6)
    for language, terms in (("", ["attack", "take", "the", "nowher", "literaci", "\x00"]), ("de", ["bruck", "die"])):
        expected = brute.lexical.idf(terms, language)
        assert shown.lexical.idf(terms, language) == pytest.approx(expected, rel=1e-9)


def opened(index: Index, snapshot: Snapshot) -> ShownLenses:
    return index.lenses.of(snapshot)


def test_search_equals_brute_force_everywhere_and_within_documents(index: Index, tmp_path: Path) -> None:
    other = reference(tmp_path)
    for one in (index, other):
        commit(one, FILES)
    ids = sorted(one.id for one in FILES.values())
    within = [None, [], ["none"], ids, ids[:1], [*ids[::-3], "none"], [FILES["same 2.pdf"].id] * 2]
    with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
        assert_alike(opened(index, snapshot), opened(other, expected), within)


def test_equal_scores_are_ordered_by_key(index: Index) -> None:
    commit(index, FILES)
    same = sorted([*FILES["same 1.pdf"].keys, FILES["same 2.pdf"].pieces[0][0].id])
    with index.truth.snapshot() as snapshot:
        shown = opened(index, snapshot)
        keys, scores = shown.dense.search(vector_of("The train took coffee."), 3)
        assert keys.tolist() == same
        assert scores.tolist() == [scores[0]] * 3 == pytest.approx([1.0] * 3)
        keys, scores = shown.lexical.search("coffee", ALL, [FILES[f"same {at}.pdf"].id for at in (1, 2)])
        assert (keys.tolist(), len(set(scores.tolist()))) == (same, 1)


def test_an_empty_index_finds_nothing(index: Index, tmp_path: Path) -> None:
    other = reference(tmp_path)
    for one in (index, other):
        with one.truth.writer() as writer, writer.empty_generation(RECIPE, {}) as new:
            one.lenses.publish(new)
    for _ in range(2):
        with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
            assert_alike(opened(index, snapshot), opened(other, expected), [None, [], ["none"]])
        for one in (index, other):  # as empty, of files that hold nothing
            commit(one, {"no reader.xyz": None, "empty.txt": written([], suffix=".txt")})


def test_a_chunk_of_no_document_has_no_score(index: Index) -> None:
    commit(index, {"0.pdf": FILES["0.pdf"]})
    with index.truth.snapshot() as snapshot:
        for keys in ([1], [*FILES["0.pdf"].keys, 2**62], FILES["1.pdf"].keys):
            with pytest.raises(KeyError):
                opened(index, snapshot).dense.scores(vector_of("x"), np.array(keys, np.int64))


def test_each_generation_is_searched_as_it_was_while_somebody_reads_it(index: Index, tmp_path: Path) -> None:
    other, names = reference(tmp_path), list(FILES)
    stages = [names[:6], names[3:], names[3:5], [], names[::-1], names[:1]]
    for one in (index, other):
        commit(one, {name: FILES[name] for name in stages[0]})
    with index.truth.snapshot() as first, other.truth.snapshot() as expected_first:
        shown, expected_shown = opened(index, first), opened(other, expected_first)
        for stage in stages[1:]:
            for one in (index, other):
                commit(one, {name: FILES[name] for name in stage})
            with index.truth.snapshot() as later, other.truth.snapshot() as expected:
                gone = [FILES[name].id for name in names if name not in stage]
                assert_alike(opened(index, later), opened(other, expected), [None, gone[:2]])
                assert opened(index, later).lexical.search("attack", ALL, gone)[0].tolist() == []
                assert opened(index, later).dense.search(vector_of("x"), ALL, gone)[0].tolist() == []
            assert_alike(shown, expected_shown, [None, [FILES[names[1]].id]])


def test_a_snapshot_may_be_opened_after_others_were_published(index: Index, tmp_path: Path) -> None:
    other = reference(tmp_path)
    for one in (index, other):
        commit(one, {"a.pdf": FILES["0.pdf"], "b.pdf": FILES["1.pdf"]})
    with index.truth.snapshot() as first, other.truth.snapshot() as expected:
        for one in (index, other):
            commit(one, {"b.pdf": FILES["2.pdf"]}, keep=True)
            with one.truth.snapshot() as later:
                opened(one, later)
        assert_alike(opened(index, first), opened(other, expected))


def test_what_a_writer_published_without_a_commit_shows_to_nobody(index: Index, tmp_path: Path) -> None:
    other = reference(tmp_path)
    for one in (index, other):
        commit(one, {"a.pdf": FILES["0.pdf"]})
    for late in (FILES["1.pdf"], FILES["2.pdf"], FILES["0.pdf"]):
        with index.truth.writer() as writer:
            store(writer, [late])
            last, changed = writer.generation, changes(writer, {"late.pdf": late})
            with suppress(KeyboardInterrupt), writer.next_generation(*changed, RECIPE, {}) as new:
                index.lenses.publish(new, last)
                raise KeyboardInterrupt
        with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
            assert_alike(opened(index, snapshot), opened(other, expected))
    for one in (index, other):
        commit(one, {"b.pdf": FILES["3.pdf"]})
    with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
        assert_alike(opened(index, snapshot), opened(other, expected))


def test_lenses_that_are_missing_are_told_and_written_again_from_the_truth(index: Index, tmp_path: Path) -> None:
    other = reference(tmp_path)
    commit(other, FILES)
    with index.truth.writer() as writer:
        store(writer, FILES.values())
        with writer.next_generation(*changes(writer, FILES), RECIPE, {}):
            pass
    with index.truth.snapshot() as snapshot:
        with pytest.raises((OSError, ValueError)):
            opened(index, snapshot)
        with index.truth.writer() as writer:
            index.lenses.publish(writer)
        with other.truth.snapshot() as expected:
            assert_alike(opened(index, snapshot), opened(other, expected))


def test_closed_lenses_open_again(index: Index) -> None:
    commit(index, FILES)
    for _ in range(2):
        with index.truth.snapshot() as snapshot:
            assert len(opened(index, snapshot).dense.search(vector_of("x"), 3)[0]) == 3
        index.lenses.close()
        index.truth.close()


lines = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=8)), max_size=12).map(" ".join)
documents = st.builds(
    written,
    st.lists(lines, max_size=4),
    title=st.sampled_from(["", "The port", "İstanbul’s quay"]),
    heading=st.sampled_from([(), ("Literacy", "of women")]),
    language=st.sampled_from(["", "de", "ja"]),
)
generations = st.lists(st.dictionaries(st.sampled_from("abcde"), documents, max_size=4), min_size=1, max_size=3)


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    stages=generations,
    asked=lines,
    vector=st.lists(st.floats(-1, 1, width=32), min_size=DIMENSION, max_size=DIMENSION),
    k=st.integers(1, 20),
)
def test_any_documents_in_any_order(
    name: str,
    stages: list[dict[str, Written]],
    asked: str,
    vector: list[float],
    k: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    index, other = IMPLEMENTATIONS[name](tmp_path_factory.mktemp("any")), reference(Path())
    question = np.array(vector, np.float32)
    for files in stages:
        for one in (index, other):
            commit(one, {f"{path}.pdf": document for path, document in files.items()})
        with index.truth.snapshot() as snapshot, other.truth.snapshot() as expected:
            shown, brute = opened(index, snapshot), opened(other, expected)
            for within in (None, [one.id for path, one in files.items() if path < "c"]):
                near = brute.dense.search(question, ALL, within)
                assert_same(shown.dense.search(question, k, within), near, k)
                for language in ("", "de"):
                    words = brute.lexical.search(asked, ALL, within, language)
                    assert_same(shown.lexical.search(asked, k, within, language), words, k)
