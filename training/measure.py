"""What each head of the reader is worth on what it was not trained on: `python -m training.measure TRAIN WEIGHTS...`.

Several weights are measured on the same windows in one run. Weights that have no heads but that for exact words are
asked for the others by its score: the best sentence's for "answers", each sentence's for evidence.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.errors import ModelProblem
from rag.evaluate.measures import auroc, token_f1
from rag.models import bundled_folder
from rag.models.reader import STATEMENT, WEIGHTS, SpanReader, WindowRead
from rag.types import Window
from training.cases import Case, kind_of
from training.material import CARRIED, CONTRADICTED, NOT_CARRIED, load
from training.packed import held_out

__all__ = ["Judged", "main", "measured", "read_cases"]

_PEOPLE = (
    "squad2_dev",
    "squad2_train_piece",
    "squad1_dev",
    "shifts_wiki",
    "nq_oracle",
    "nq_complex",
    "selqa",
    "medquad",
)
_NAMES = {"E": "another entity", "X": "no information", "N": "number", "A": "antonym", "I": "mutual exclusion"}


class Judged(NamedTuple):
    """A case and what was read: the words, and scores for the window and for each of its sentences."""

    case: Case
    words: str
    span: float
    answerable: float
    relevance: float
    evidence: tuple[float, ...]
    carried: float
    contradicted: float


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("train", type=Path)
    parser.add_argument("weights", type=Path, nargs="*", default=[WEIGHTS])
    parser.add_argument("--most", type=int, default=80, help="questions of a set")
    parser.add_argument("--out", type=Path, help="write the numbers as JSON too")
    options = parser.parse_args(arguments)
    material = load(options.train)
    cases = held_out(material, options.train, options.most)
    found = {str(path): measured(read_cases(path, cases)) for path in options.weights}
    show(found)
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 0


def read_cases(weights: Path, cases: Sequence[Case]) -> list[Judged]:
    """What the reader with these weights says of each case."""
    reader = SpanReader(bundled_folder() / "tokenizer.json", weights)
    return [_judged(reader, case) for case in cases]


def _judged(reader: SpanReader, case: Case) -> Judged:
    window = Window(case.title, case.text, case.sentences)
    longest = {} if case.verdict is None else {"longest": STATEMENT}
    try:
        (read,) = reader.read_all(case.asked, [window], **longest)
    except ModelProblem:
        sentences = reader.read(case.asked, [window])[0]
        scores = tuple(one.score for one in sentences)
        best = max(scores, default=0.0)
        read = WindowRead(sentences, scores, best, best, 0.5, 0.5, 0.0)
    top = max(read.sentences, key=lambda one: one.score, default=None)
    words = case.text[top.answer.start : top.answer.end] if top else ""
    score = top.score if top else 0.0
    return Judged(
        case, words, score, read.answerable, read.relevance, read.evidence, read.carried, read.contradicted
    )  # fmt: skip


def measured(judged: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """All measures, by group: every set, every kind of question, people's own questions, and every cause."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        groups["all" if one.case.verdict is None else "statements of all sets"].append(one)
        groups[f"set {one.case.set}"].append(one)
        if one.case.verdict is None:
            groups[f"kind {kind_of(one.case.asked)}"].append(one)
            if one.case.set in _PEOPLE:
                groups["people's own"].append(one)
    people = groups["people's own"]
    for cause in sorted({one.case.cause for one in people if one.case.cause}):
        sets = {one.case.set for one in people if one.case.cause == cause}
        groups[f"cause {_NAMES.get(cause, cause)}"] = [
            one for one in people if one.case.set in sets and (one.case.answerable or one.case.cause == cause)
        ]
    return {name: _measures(some) for name, some in sorted(groups.items())}


def _measures(some: Sequence[Judged]) -> dict[str, float]:
    found: dict[str, float] = {"windows": len(some)}
    f1 = [
        token_f1(one.words, [one.case.text[a:b] for a, b in one.case.answers])
        for one in some
        if one.case.answers and not one.case.whole and one.words
    ]
    if f1:
        found["words F1"] = float(np.mean(f1))
    known = [one for one in some if one.case.answerable is not None]
    for name, score in (("span", lambda x: x.span), ("answerable", lambda x: x.answerable)):
        _area(found, f"{name} ROC", known, score, lambda x: x.case.answerable > 0.5)
    about = [one for one in some if one.case.relevant is not None]
    _area(found, "relevance ROC", about, lambda x: x.relevance, lambda x: x.case.relevant > 0.5)
    found |= _evidence(known)
    said = [one for one in some if one.case.verdict is not None]
    _area(found, "carried ROC", said, lambda x: x.carried, lambda x: x.case.verdict == CARRIED)
    clear = [one for one in said if one.case.verdict != NOT_CARRIED]
    _area(found, "contradicted ROC", clear, lambda x: x.contradicted, lambda x: x.case.verdict == CONTRADICTED)
    if "carried ROC" in found:
        found["recall at .95"] = _recall([x.carried for x in said], [x.case.verdict == CARRIED for x in said])
    return found


def _evidence(known: Sequence[Judged]) -> dict[str, float]:
    """Sentences that belong to the answer against the others of the same windows, and how often one comes first."""
    scores: list[float] = []
    labels: list[bool] = []
    first: list[bool] = []
    for one in known:
        sure = one.case.evidence
        if sure is None or len(sure) != len(one.evidence) or not any(s > 0 for s in sure):
            continue
        pairs = [(score, s > 0) for score, s in zip(one.evidence, sure, strict=True) if s >= 0]
        scores += [score for score, _ in pairs]
        labels += [label for _, label in pairs]
        if not all(label for _, label in pairs):
            first.append(max(pairs)[1])
    if not first:
        return {}
    area = float(auroc(np.array(scores), np.array(labels)))
    return {"evidence ROC": area, "first sentence": float(np.mean(first))}


def _area(
    found: dict[str, float], name: str, some: Sequence[Judged], score: Callable[[Any], float],
    label: Callable[[Any], bool],
) -> None:  # fmt: skip
    labels = np.array([label(one) for one in some], bool)
    if labels.any() and not labels.all():
        found[name] = float(auroc(np.array([score(one) for one in some]), labels))


def _recall(scores: Sequence[float], labels: Sequence[bool], precision: float = 0.95) -> float:
    """The largest recall at which so many of those said to be carried are."""
    order = np.argsort(-np.array(scores), kind="stable")
    right = np.cumsum(np.array(labels)[order])
    enough = right >= precision * np.arange(1, len(order) + 1)
    return float(right[enough].max() / max(sum(labels), 1)) if enough.any() else 0.0


def show(found: dict[str, dict[str, dict[str, float]]]) -> None:
    """Prints a table: a line for each group and measure, a column for each weights."""
    names = list(found)
    print(" | ".join(["group", "windows", "measure", *(Path(name).stem for name in names)]))
    for group in sorted(_all(found[name] for name in names)):
        for measure in sorted(_all(found[name].get(group, {}) for name in names) - {"windows"}):
            values = [found[name].get(group, {}).get(measure) for name in names]
            shown = ["-" if value is None else f"{value:.3f}" for value in values]
            count = found[names[0]].get(group, {}).get("windows", 0)
            print(" | ".join([group, f"{count:.0f}", measure, *shown]), flush=True)


def _all(some: Iterable[Iterable[str]]) -> set[str]:
    return {name for one in some for name in one}


if __name__ == "__main__":
    raise SystemExit(main())
