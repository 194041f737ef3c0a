"""How well sentences are told that sources carry from those that they do not: `python -m benchmarks.verify [FOLDER]`.

Default `../shared/eval`. Four tables, each with plain embedding similarity (the best cosine of the sentence with any
source sentence, the same encoder) beside the verifier, in one run. The verifier's numbers were fitted by
`training/verify.py` on `../shared/train` alone, whose statements are made wrong by other rules than those here. What
goes wrong was read in `wice` and in the first quarter of `mtrag_un`; `--first 1` to `3` measure the other quarters.

- wice: claims of Wikipedia against the page they cite; "supported" against the rest, and against "not supported" alone
- mtrag_un: sentences of people's answers against the passages they were written from, and the same sentences against
  as many of the most similar other passages of the same collection
- made wrong: the sentences of both that are carried, and the same ones with one fact changed (`benchmarks/perturb.py`)

ROC is the area under the curve of the score. Precision, recall and F1 are of the verdict "supported"; for similarity
F1 is taken at the threshold that gives the highest on this very data, which flatters it. In brackets: 95 % of 300
resamples (percentile bootstrap) over sentences as they were written, each with all that was made of it.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from benchmarks.perturb import KINDS, perturbed
from benchmarks.sets import CACHE, _rows, vectors_of
from rag.answering.verification.checking import SourceSentence, Verdict, verify
from rag.evaluate.measures import auroc
from rag.language import sentence_spans
from rag.models.encoder.encoder import SentenceEncoder
from rag.parsing.dates import date_at_head, date_of

RESAMPLES = 300
EVERY = 4
"""Of the conversations of mtrag_un every so many are read: encoding all their passages takes long on two cores."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, where to look, whether it is carried, and what kind of case it is."""

    sentence: str
    sources: tuple[SourceSentence, ...]
    carried: bool
    kind: str
    group: int  # of the sentence as it was written


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
    parser.add_argument("--first", type=int, default=0, help="which quarter of mtrag_un")
    options = parser.parse_args(arguments)
    wice, mtrag = list(_wice(options.folder / "wice")), list(_mtrag(options.folder / "mtrag_un", options.first))
    wrong = {name: list(_wrong(cases)) for name, cases in (("wice", wice), ("mtrag_un", mtrag))}
    encoder = SentenceEncoder()
    CACHE.mkdir(parents=True, exist_ok=True)
    everything = [case for cases in (wice, mtrag, *wrong.values()) for case in cases]
    texts = sorted({text for case in everything for text in (case.sentence, *(w.text for w in case.sources))})
    known = Known(dict(zip(texts, vectors_of(texts, encoder, CACHE), strict=True)))
    print(
        "| set | sentences | carried | ROC similarity | ROC verifier | gain | precision | recall | F1 | F1 similarity |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
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
    rows = np.array(
        [
            (case.carried, one.score, _similarity(case, known), one.support == "supported")
            for case, one in zip(cases, verdicts, strict=True)
        ]
    )
    places: dict[int, list[int]] = {}
    for at, case in enumerate(cases):
        places.setdefault(case.group, []).append(at)
    groups, rng = list(places.values()), np.random.default_rng(0)
    drawn = [[at for g in rng.integers(len(groups), size=len(groups)) for at in groups[g]] for _ in range(RESAMPLES)]
    again = np.array([_measures(rows[at]) for at in drawn])
    low, high = np.nanpercentile(again, 2.5, axis=0), np.nanpercentile(again, 97.5, axis=0)
    told = [f"{m:.3f} [{a:.2f}, {b:.2f}]" for m, a, b in zip(_measures(rows), low, high, strict=True)]
    best = max(_f1(rows[:, 2] >= least, rows[:, 0] > 0) for least in np.unique(rows[:, 2]))
    print(f"| {name} | {len(cases)} | {rows[:, 0].mean():.2f} | {' | '.join(told)} | {best:.2f} |", flush=True)


def _measures(rows: Any) -> list[float]:
    """Similarity's ROC, the verifier's, the gain, precision, recall, F1; columns: carried, score, similarity, said."""
    carried, said = rows[:, 0] > 0, rows[:, 3] > 0
    plain, own = auroc(rows[:, 2], carried), auroc(rows[:, 1], carried)
    right = int((said & carried).sum())
    shares = [right / max(int(total.sum()), 1) for total in (said, carried)]
    return [plain, own, own - plain, *shares, _f1(said, carried)]


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
    """The sentences of a text, each with the title, the text's own date, and the two before it around it."""
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    around = (title, date_of(re.findall(r"PUBLISHED DATETIME: (.+)", text)[:1]) or date_at_head(text))
    return tuple(
        SourceSentence(s, "\n".join((*around, *sentences[max(0, i - 2) : i]))) for i, s in enumerate(sentences)
    )


def _wice(folder: Path) -> Iterator[Case]:
    windows = {row["id"]: _windows(row["text"], row["title"]) for row in _rows(folder / "corpus.jsonl")}
    for at, row in enumerate(_rows(folder / "queries.jsonl")):
        yield Case(row["text"], windows[row["context_doc"]], row["label"] == "supported", row["label"], at)


def _mtrag(folder: Path, first: int) -> Iterator[Case]:
    rows = {row["id"]: row for row in _rows(folder / "corpus.jsonl")}
    golds: dict[str, list[str]] = {}
    for row in _rows(folder / "qrels.jsonl"):
        golds.setdefault(row["query"], []).append(row["doc"])
    words = {key: set(row["text"].lower().split()) for key, row in rows.items()}
    for query in list(_rows(folder / "queries.jsonl"))[first::EVERY]:
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
                yield Case(sentence, found, carried, "answer", crc32(f"{query['id']} {a}".encode()))


def _wrong(cases: Sequence[Case]) -> Iterator[Case]:
    for case in cases:
        changes = list(perturbed(case.sentence, "\n".join(w.text for w in case.sources))) if case.carried else []
        if changes:
            yield case
        for kind, sentence in changes:
            yield Case(sentence, case.sources, False, kind, case.group)


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
