"""FAISS and tantivy against brute force, by numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.language import analyzer, terms
from rag.language.words import _PART, _UNUSUAL, _irregular
from rag.lenses.dense import DenseLens
from rag.lenses.lexical import LexicalLens
from rag.types import LexicalEntry


def unit(n: int, dim: int = 16, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.fixture
def vectors(tmp_path: Path) -> tuple[DenseLens, np.ndarray, np.ndarray]:
    keys, rows = np.random.default_rng(1).permutation(2**62 + np.arange(500)), unit(500)
    DenseLens.write(tmp_path, keys, rows)
    return DenseLens.open(tmp_path), keys, rows


def test_dense_search_equals_brute_force(vectors: tuple[DenseLens, np.ndarray, np.ndarray]) -> None:
    lens, keys, rows = vectors
    for question in unit(20, seed=2):
        cosines = rows @ question
        best = np.argsort(-cosines)[:10]
        found, scores = lens.search(question, 10)
        assert found.tolist() == keys[best].tolist()
        np.testing.assert_allclose(scores, cosines[best], atol=1e-6)
        np.testing.assert_allclose(lens.scores(question, keys[:7]), cosines[:7], atol=1e-6)


def test_dense_search_within_some_keys(vectors: tuple[DenseLens, np.ndarray, np.ndarray]) -> None:
    lens, keys, rows = vectors
    question, allowed = unit(1, seed=3)[0], np.arange(0, 500, 7)
    best = allowed[np.argsort(-(rows[allowed] @ question))]
    assert lens.search(question, 100, keys[allowed])[0].tolist() == keys[best][:100].tolist()
    assert lens.search(question, 5, keys[:0])[0].tolist() == []


def test_equal_scores_are_ordered_by_key_whatever_the_order_of_writing(tmp_path: Path) -> None:
    row, question = unit(1), unit(1)[0]
    DenseLens.write(tmp_path, np.array([30, 10, 20]), np.repeat(row, 3, axis=0))
    assert DenseLens.open(tmp_path).search(question, 3)[0].tolist() == [10, 20, 30]


def test_an_empty_dense_lens_finds_nothing(tmp_path: Path) -> None:
    for shape in ((0, 16), (0, 0)):
        DenseLens.write(tmp_path, np.empty(0, np.int64), np.empty(shape, np.float32))
        assert DenseLens.open(tmp_path).search(unit(1)[0], 5)[0].tolist() == []


@pytest.fixture
def many(tmp_path: Path) -> tuple[DenseLens, np.ndarray, np.ndarray]:
    """A lens beyond its exact limit, in three parts of which one is empty; keys are in no order."""
    keys, rows = np.random.default_rng(4).permutation(4000) + 2**40, unit(4000, 32)
    for name, some in (("a", slice(0, 2500)), ("b", slice(0, 0)), ("c", slice(2500, None))):
        DenseLens.write_shard(tmp_path, name, keys[some], rows[some])
    DenseLens.finish(tmp_path, ["a", "b", "c"])
    return DenseLens.open(tmp_path, exact_limit=1000), keys, rows


def test_beyond_the_exact_limit_nearly_all_of_the_best_are_found(
    many: tuple[DenseLens, np.ndarray, np.ndarray],
) -> None:
    lens, keys, rows = many
    questions, hits = rows[:50] * 0.8 + unit(50, 32, 9) * 0.2, 0
    for question in questions:
        found, scores = lens.search(question, 10)
        hits += len(set(found) & set(keys[np.argsort(-(rows @ question))[:10]]))
        at = [int(np.flatnonzero(keys == key)[0]) for key in found]
        np.testing.assert_allclose(scores, rows[at] @ question, atol=1e-6)  # the cosines themselves are exact
        assert (np.diff(scores) <= 0).all()
    assert hits / 500 > 0.98
    np.testing.assert_allclose(lens.scores(rows[0], keys[5:8]), rows[5:8] @ rows[0], atol=1e-6)
    with pytest.raises(KeyError):
        lens.scores(rows[0], np.array([1]))


def test_beyond_the_exact_limit_only_what_is_allowed_is_found(many: tuple[DenseLens, np.ndarray, np.ndarray]) -> None:
    lens, keys, rows = many
    for allowed in (np.arange(5, 8), np.arange(0, 4000, 2)):  # few: compared one by one; many: by their codes
        hits = 0
        for question in unit(20, 32, 11):
            found, _ = lens.search(question, 3, keys[allowed])
            assert set(found) <= set(keys[allowed])
            hits += len(set(found) & set(keys[allowed][np.argsort(-(rows[allowed] @ question))[:3]]))
        assert hits / 60 > 0.95
    assert lens.search(rows[0], 3, np.array([1, 2]))[0].tolist() == []


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux says which pages of a file are held")
def test_a_large_lens_does_not_take_its_vectors_into_memory(
    many: tuple[DenseLens, np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    lens, keys, rows = many

    def held() -> dict[str, int]:
        """Kilobytes of each mapped file of vectors that this process holds."""
        maps = Path("/proc/self/smaps").read_text()
        return dict.fromkeys(re.findall(rf"{re.escape(str(tmp_path))}/(\w)\.vectors\.npy\n", maps), 0) | {
            name: int(size)
            for name, size in re.findall(
                rf"{re.escape(str(tmp_path))}/(\w)\.vectors\.npy\n(?:\w+: .*\n)*?Rss: +(\d+) kB", maps
            )
        }

    assert set(held()) == {"a", "c"}
    lens.search(rows[0], 10)
    lens.search(rows[0], 10, keys[:2000])
    lens.scores(rows[0], keys)
    assert held() == {"a": 0, "c": 0}


def test_a_damaged_dense_lens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="parts"):
        DenseLens.open(tmp_path)
    DenseLens.write(tmp_path, np.arange(9), unit(9))
    for path in sorted(tmp_path.iterdir()):
        good = path.read_bytes()
        for bad in (b"", b"not really", good[:-1]):
            path.write_bytes(bad)
            with pytest.raises(ValueError, match=r".+"):
                DenseLens.open(tmp_path)
        path.write_bytes(good)


BODIES = [
    "Trains were attacked near the pass, and passengers taken hostage.",
    "The attack on the train killed sixty-four people.",
    "Literacy among women is 27 percent; literacy among men is higher.",
    "Naïve cafés served coffee to the attackers of nothing.",
    "attack attack attack attack",
]


@pytest.fixture
def words(tmp_path: Path) -> LexicalLens:
    LexicalLens.write(
        tmp_path, [LexicalEntry(i, f"d{i % 2}", "Title" if i == 2 else "", body) for i, body in enumerate(BODIES)]
    )
    return LexicalLens.open(tmp_path)


def bm25(question: str, body: str, k1: float = 1.2, b: float = 0.75) -> float:
    """Robertson's BM25 as Lucene computes it; lengths are counted in the index's own words."""
    every = [terms(other) for other in BODIES]
    average = sum(map(len, every)) / len(every)
    own, total = Counter(terms(body)), 0.0
    for term in set(terms(question)):
        n = sum(term in other for other in every)
        idf = math.log(1 + (len(every) - n + 0.5) / (n + 0.5))
        tf = own[term]
        total += idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * len(terms(body)) / average))
    return total


def test_lexical_search_equals_bm25_by_hand(words: LexicalLens) -> None:
    for question in ("attack train", "literacy women", "naive cafe", "hostages attacked"):
        expected = {i: score for i, body in enumerate(BODIES) if (score := bm25(question, body)) > 0}
        keys, scores = words.search(question, 10)
        assert keys.tolist() == sorted(expected, key=lambda i: (-expected[i], i))
        np.testing.assert_allclose(scores, [expected[i] for i in keys], rtol=1e-4)


def test_a_word_in_title_or_headings_counts_half_of_one_in_the_text(tmp_path: Path) -> None:
    texts = ("harbour", "quay", "mole")  # each field of each entry has one word: their BM25 is the same
    LexicalLens.write(tmp_path, [LexicalEntry(i, "d", texts[i], texts[(i + 1) % 3]) for i in range(3)])
    keys, scores = LexicalLens.open(tmp_path).search("harbour", 3)
    assert keys.tolist() == [2, 0]
    assert scores[1] / scores[0] == pytest.approx(0.5, rel=1e-4)


def test_function_words_count_only_alone(words: LexicalLens) -> None:
    with_them, without = words.search("What was the attack on the train?", 10), words.search("attack train", 10)
    assert with_them[0].tolist() == without[0].tolist()
    np.testing.assert_allclose(with_them[1], without[1])
    assert set(words.search("of", 10)[0].tolist()) == {3}
    assert words.idf(["the", "train"])["the"] == 0.0


def test_irregular_forms_are_one_word(words: LexicalLens) -> None:
    assert terms("They took it") == terms("they take it")
    assert words.search("who takes them", 10)[0].tolist() == [0]
    assert words.idf(["take"])["take"] == pytest.approx(math.log(1 + 4.5 / 1.5))


def test_a_word_is_found_in_the_spelling_of_another_country(tmp_path: Path) -> None:
    texts = ["The colour of the boat.", "The color of the house.", "The size of the boat."]
    LexicalLens.write(tmp_path, [LexicalEntry(i, "d", "", body, "") for i, body in enumerate(texts)])
    lens = LexicalLens.open(tmp_path)
    assert set(lens.search("which color", 3)[0].tolist()) == {0, 1}
    assert set(lens.search("which colours", 3)[0].tolist()) == {0, 1}


def test_words_are_searched_as_their_language_stems_them(tmp_path: Path) -> None:
    texts = [("de", "Die Brücken wurden gesperrt."), ("", "The bridges were closed."), ("ja", "橋が閉鎖されました。")]
    LexicalLens.write(tmp_path, [LexicalEntry(i, "d", "", body, language) for i, (language, body) in enumerate(texts)])
    lens = LexicalLens.open(tmp_path)
    for at, (language, question) in enumerate([("de", "Welche Brücke?"), ("en", "Which bridge?"), ("ja", "閉鎖は？")]):
        assert lens.search(question, 3, language=language)[0].tolist() == [at]
    assert lens.idf(["bruck"], "de")["bruck"] == lens.idf(["bridg"])["bridg"] == pytest.approx(math.log(1 + 2.5 / 1.5))


def test_lexical_search_within_some_documents(words: LexicalLens) -> None:
    everywhere, scores = words.search("attack train", 10)
    keys, limited = words.search("attack train", 10, ["d1"])
    assert keys.tolist() == [key for key in everywhere if key % 2 == 1]
    np.testing.assert_allclose(limited, [s for key, s in zip(everywhere, scores, strict=True) if key % 2 == 1])


def test_a_question_is_never_a_query_language(words: LexicalLens) -> None:
    for hostile in ('body:attack AND "', "((((", "attack^1000 NOT train", "*", "key:[0 TO 9]", "\x00", "'; DROP"):
        assert len(words.search(hostile, 10)[0]) <= len(BODIES)


def test_inverse_document_frequency(words: LexicalLens) -> None:
    found = words.idf(["attack", "nowher"])
    assert found["attack"] == pytest.approx(math.log(1 + 1.5 / 4.5))
    assert found["nowher"] == pytest.approx(math.log(1 + 5.5 / 0.5))


@given(st.text(max_size=60))
@example("The Qur’an's 1½-day trip — naïve co-operation, Şanlıurfa_2, x² हिन्दी भाषा และ 北京市 e\u0301")
def test_words_taken_one_by_one_are_those_of_the_analyzer(text: str) -> None:
    base, _ = _irregular()
    assert terms(text) == [base.get(term, term) for term in analyzer().analyze(text)]


def test_every_character_that_is_split_here_is_split_as_the_analyzer_does() -> None:
    usual = [chr(at) for at in range(0x3000) if not _UNUSUAL.search(chr(at))]
    for one in usual:
        text = f"ab{one}cd {one} x{one}"
        assert [word for part in _PART.findall(text) for word in analyzer().analyze(part)] == analyzer().analyze(text)
    assert len(usual) > 1500
