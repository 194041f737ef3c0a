"""Fits the numbers of `score.py`: `python -m training.verify [FOLDER]`, default `../shared/train`.

Two logistic regressions over the same measures: one tells statements that a passage carries from those that it says
nothing of (the carrying sentence taken away; the nearest other passage of the same article), one from those that it
says otherwise (`training/statements.py`). A measure that would count against its meaning is left out, since it would
only have learnt how the statements were made. Nothing under `../shared/eval` is read.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.sets import CACHE, vectors_of
from rag.answering.verification.checking import SourceSentence, read_evidence
from rag.answering.verification.facts import facts
from rag.answering.verification.score import AGAINST, EITHER, MEASURES, WEIGHTS
from rag.evaluate.measures import auroc
from rag.models.encoder.encoder import SentenceEncoder
from training.statements import CARRIED, OTHERWISE, UNKNOWN, Statement, statements
from training.windows import load

STATEMENTS = 3500
OF_EACH = 7
"""Statements of one passage at most."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/train"))
    options = parser.parse_args()
    chosen = _chosen(options.folder)
    encoder = SentenceEncoder()
    CACHE.mkdir(parents=True, exist_ok=True)
    texts = sorted({text for one in chosen for text in (one.text, *one.sources)})
    known = dict(zip(texts, vectors_of(texts, encoder, CACHE), strict=True))
    examples = [*chosen, *_elsewhere(chosen, known)]
    rows = np.array([_row(one, known) for one in examples])
    labels = np.array([one.label for one in examples])
    titles = sorted({one.title for one in examples})
    held = np.array([titles.index(one.title) % 5 == 0 for one in examples])
    found: dict[str, Any] = {}
    scores = []
    for name, wrong in (("spoken of", UNKNOWN), ("as said", OTHERWISE)):
        mine = labels != (OTHERWISE if wrong == UNKNOWN else UNKNOWN)
        weights, bias = signed(rows[mine & ~held], labels[mine & ~held] == CARRIED)
        scores.append(1 / (1 + np.exp(-(rows @ weights + bias))))
        area = auroc(scores[-1][mine & held], labels[mine & held] == CARRIED)
        print(f"{name}: {mine.sum()} statements, AUROC on other articles {area:.3f}")
        weights, bias = signed(rows[mine], labels[mine] == CARRIED)
        kept = {measure: round(float(w), 4) for measure, w in zip(MEASURES, weights, strict=True) if w}
        found[name] = {"bias": round(bias, 4), "weights": kept}
    both, carried = np.minimum(*scores)[held], labels[held] == CARRIED
    found["threshold"] = _best_threshold(both, carried)
    print(f"both: AUROC {auroc(both, carried):.3f}, best F1 from {found['threshold']} on")
    WEIGHTS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _chosen(folder: Path) -> list[Statement]:
    """Some passages with their statements."""
    rng = random.Random(0)
    by: dict[str, list[Statement]] = {}
    for one in statements(load(folder), False, rng):
        by.setdefault(one.title + one.sources[0][:50], []).append(one)
    keys = sorted(by)
    rng.shuffle(keys)
    found: list[Statement] = []
    for key in keys:
        if len(found) > STATEMENTS:
            break
        rng.shuffle(by[key])
        found += by[key][:OF_EACH]
    return [one for one in found if facts(one.text).words]


def _elsewhere(chosen: Sequence[Statement], known: dict[str, Any]) -> list[Statement]:
    """Statements that are carried, looked for in the nearest other passage of the same article."""
    passages: dict[str, dict[tuple[str, ...], Any]] = defaultdict(dict)
    for one in chosen:
        if one.label != UNKNOWN:
            passages[one.title][one.sources] = np.stack([known[text] for text in one.sources])
    found = []
    for one in chosen:
        others = [sources for sources in passages[one.title] if not set(sources) & set(one.sources)]
        if one.label == CARRIED and others:
            near = [float((passages[one.title][sources] @ known[one.text]).max()) for sources in others]
            found.append(Statement(one.text, others[int(np.argmax(near))], one.title, UNKNOWN))
    return found


def _row(one: Statement, known: dict[str, Any]) -> list[float]:
    vectors = np.stack([known[source] for source in one.sources])
    windows = [
        SourceSentence(text, "\n".join((one.title, *one.sources[max(0, i - 2) : i])))
        for i, text in enumerate(one.sources)
    ]
    return read_evidence(one.text, windows, vectors @ known[one.text]).measures


def signed(rows: Any, carried: Any) -> tuple[Any, float]:
    """Logistic regression over the measures whose weights have the sign that they must have; 0 for the others."""
    sign = np.array([0 if name in EITHER else -1 if name in AGAINST else 1 for name in MEASURES])
    kept = np.arange(len(MEASURES))
    while True:
        weights, bias = _fit(rows[:, kept], carried)
        turned = weights * sign[kept] * rows[:, kept].std(0)
        if turned.min() >= 0:
            break
        kept = np.delete(kept, int(turned.argmin()))
    found = np.zeros(len(MEASURES))
    found[kept] = weights
    return found, bias


def _fit(rows: Any, carried: Any, ridge: float = 1.0) -> tuple[Any, float]:
    """Logistic regression by Newton's method on standardised measures; both classes weigh the same."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    x = np.c_[(rows - mean) / spread, np.ones(len(rows))]
    share = carried.mean()
    importance = np.where(carried, 0.5 / share, 0.5 / (1 - share))
    penalty = np.diag([ridge] * rows.shape[1] + [0.0])
    found = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ found)))
        slope = x.T @ (importance * (p - carried)) + penalty @ found
        found -= np.linalg.solve((x * (importance * p * (1 - p))[:, None]).T @ x + penalty, slope)
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ mean)


def _best_threshold(score: Any, carried: Any) -> float:
    """The threshold with the highest F1."""

    def f1(least: float) -> float:
        said = score >= least
        return 2 * int((said & carried).sum()) / max(int(said.sum() + carried.sum()), 1)

    return round(float(max(np.arange(0.2, 0.8, 0.01), key=f1)), 2)


if __name__ == "__main__":
    main()
