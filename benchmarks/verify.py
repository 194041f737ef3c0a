"""How well sentences are told that sources carry from those that they do not: `python -m benchmarks.verify [FOLDER]`.

Default `../shared/eval`. Four tables, each with plain embedding similarity (the best cosine of the sentence with any
source sentence, the same encoder) beside the verifier, in one run:

- wice: claims of Wikipedia against the page they cite; "supported" against the rest, and against "not supported" alone
- mtrag_un: sentences of people's answers against the passages they were written from, and the same sentences against
  as many of the most similar other passages of the same collection
- made wrong: the sentences of both that are carried, and the same ones with one fact changed (`benchmarks/perturb.py`)

ROC is the area under the curve of the score. Precision, recall and F1 are of the verdict "supported"; for similarity
they are taken at the threshold that gives the highest F1 on this very data, which flatters it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.perturb import KINDS, perturbed
from benchmarks.sets import CACHE, _rows, vectors_of
from rag.embed import SentenceEncoder
from rag.evaluate.measures import auroc
from rag.text import sentence_spans
from rag.verify import SourceSentence, Verdict, verify

EVERY = 4
"""Of the conversations of mtrag_un every so many are read: encoding all their passages takes long on two cores."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, where to look, whether it is carried, and what kind of case it is."""

    sentence: str
    sources: tuple[SourceSentence, ...]
    carried: bool
    kind: str


@dataclass(slots=True)
class Known:
    """Vectors encoded beforehand, given out as the encoder would."""

    vectors: dict[str, Any]

    def query(self, text: str) -> Any:
        """The vector of a text."""
        return self.vectors[text]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Measures verification.")
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--time", action="store_true", help="measure also what a sentence costs, encoding included")
    options = parser.parse_args(arguments)
    wice, mtrag = list(_wice(options.folder / "wice")), list(_mtrag(options.folder / "mtrag_un"))
    wrong = {name: list(_wrong(cases)) for name, cases in (("wice", wice), ("mtrag_un", mtrag))}
    encoder = SentenceEncoder()
    CACHE.mkdir(parents=True, exist_ok=True)
    everything = [case for cases in (wice, mtrag, *wrong.values()) for case in cases]
    texts = sorted({text for case in everything for text in (case.sentence, *(w.text for w in case.sources))})
    known = Known(dict(zip(texts, vectors_of(texts, encoder, CACHE), strict=True)))
    print("| set | sentences | carried | ROC similarity | ROC verifier | precision | recall | F1 | F1 similarity |")
    print("|---|---|---|---|---|---|---|---|---|")
    _table("wice: supported / rest", wice, known)
    _table("wice: supported / not supported", [case for case in wice if case.kind != "partially_supported"], known)
    _table("mtrag_un: own / nearest other passages", mtrag, known)
    for name, cases in wrong.items():
        _table(f"{name} made wrong", cases, known)
    both = [case for cases in wrong.values() for case in cases]
    _table("both made wrong", both, known)
    for kind in KINDS:
        of_kind = {case.sources for case in both if case.kind == kind}
        _table(f"- {kind}", [c for c in both if c.kind == kind or (c.carried and c.sources in of_kind)], known)
    if options.time:
        _time(encoder, mtrag)
    return 0


def _table(name: str, cases: Sequence[Case], known: Known) -> None:
    verdicts = [_verdict(case, known) for case in cases]
    carried = np.array([case.carried for case in cases])
    score = np.array([one.score if one.support == "supported" else one.score / 2 for one in verdicts])
    plain = np.array([_similarity(case, known) for case in cases])
    said = np.array([one.support == "supported" for one in verdicts])
    right = int((said & carried).sum())
    precision, recall = right / max(int(said.sum()), 1), right / max(int(carried.sum()), 1)
    best = max(_f1(plain >= threshold, carried) for threshold in np.unique(plain))
    print(
        f"| {name} | {len(cases)} | {carried.mean():.2f} | {auroc(plain, carried):.3f} | {auroc(score, carried):.3f} "
        f"| {precision:.2f} | {recall:.2f} | {_f1(said, carried):.2f} | {best:.2f} |",
        flush=True,
    )


def _f1(said: Any, carried: Any) -> float:
    both = int((said & carried).sum())
    return 2 * both / max(int(said.sum() + carried.sum()), 1)


def _verdict(case: Case, known: Known) -> Verdict:
    vectors = np.stack([known.vectors[window.text] for window in case.sources])
    return verify(case.sentence, case.sources, known, vectors=vectors)  # type: ignore[arg-type]  # it asks no more of it


def _similarity(case: Case, known: Known) -> float:
    mine = known.vectors[case.sentence]
    return float(max(known.vectors[window.text] @ mine for window in case.sources))


def _windows(text: str, title: str) -> tuple[SourceSentence, ...]:
    """The sentences of a text, each with the title and the two before it around it."""
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    return tuple(SourceSentence(s, "\n".join((title, *sentences[max(0, i - 2) : i]))) for i, s in enumerate(sentences))


def _wice(folder: Path) -> Iterator[Case]:
    windows = {row["id"]: _windows(row["text"], row["title"]) for row in _rows(folder / "corpus.jsonl")}
    for row in _rows(folder / "queries.jsonl"):
        yield Case(row["text"], windows[row["context_doc"]], row["label"] == "supported", row["label"])


def _mtrag(folder: Path) -> Iterator[Case]:
    rows = {row["id"]: row for row in _rows(folder / "corpus.jsonl")}
    golds: dict[str, list[str]] = {}
    for row in _rows(folder / "qrels.jsonl"):
        golds.setdefault(row["query"], []).append(row["doc"])
    words = {key: set(row["text"].lower().split()) for key, row in rows.items()}
    for query in list(_rows(folder / "queries.jsonl"))[::EVERY]:
        own = golds.get(query["id"], [])
        if not query["answerable"] or not own:
            continue
        asked = set(query["answer"].lower().split())
        others = [key for key in rows if key not in own and rows[key]["collection"] == query["collection"]]
        others.sort(key=lambda key: (-len(asked & words[key]) / len(words[key]) ** 0.5, key))
        for a, b in sentence_spans(query["answer"]):
            sentence = query["answer"][a:b]
            if len(sentence.split()) < 6 or sentence.endswith("?"):
                continue
            for keys, carried in ((own, True), (others[: len(own)], False)):
                found = tuple(w for key in keys for w in _windows(rows[key]["text"], rows[key]["title"]))
                yield Case(sentence, found, carried, "answer")


def _wrong(cases: Sequence[Case]) -> Iterator[Case]:
    for case in cases:
        changes = list(perturbed(case.sentence, "\n".join(w.text for w in case.sources))) if case.carried else []
        if changes:
            yield case
        for kind, sentence in changes:
            yield Case(sentence, case.sources, False, kind)


def _time(encoder: SentenceEncoder, cases: Sequence[Case]) -> None:
    """What a sentence costs as the program asks: the sources' vectors are known, the sentence's is not."""
    took = []
    for case in cases[:60]:
        vectors = np.stack([encoder.query(window.text) for window in case.sources])
        start = time.perf_counter()
        verify(case.sentence, case.sources, encoder, vectors=vectors)
        took.append(1000 * (time.perf_counter() - start))
    print(f"\nOne sentence: median {np.median(took):.0f} ms, 95 % under {np.percentile(took, 95):.0f} ms")


if __name__ == "__main__":
    raise SystemExit(main())
