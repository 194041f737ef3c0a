"""Fits how the reader's scores and the ranker's are mixed: `python -m training.mix [FOLDER]`, after the reader.

Uses only questions that the reader was not trained on (those after the last step of its seeded order), asked as the
program asks. Two small fits: the order of the sentences (a softmax over a question's candidates), and the probability
that the first one answers (a logistic regression). The numbers go into `rag/data/mix.json`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.ask import Asker, is_gold
from benchmarks.sets import CACHE, QuestionSet, load_set
from rag.cross import CrossReader
from rag.embed import SentenceEncoder, bundled_folder
from rag.lexical import terms
from rag.read import read
from rag.read.reread import candidates, odds_of, window_of

OUT = Path(__file__).parent.parent / "rag" / "data" / "mix.json"
SETS = {"squad2_dev": 600, "squad1_dev": 150, "nq_oracle": 120, "selqa": 80}
FOREIGN = (("nq_oracle", "squad2_dev", 100), ("squad2_dev", "nq_oracle", 100))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="../shared/train", type=Path)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--weights", type=Path)
    parser.add_argument(
        "--seen",
        type=Path,
        default=Path("build/reader.seen"),
        help="file: questions the reader was trained on, one a line",
    )
    options = parser.parse_args()
    encoder = SentenceEncoder()
    reader = CrossReader(bundled_folder(), *([options.weights] if options.weights else []))
    seen = set(options.seen.read_text("utf-8").split("\n"))
    sets = {name: load_set(options.folder / name, encoder, options.cache) for name in SETS}
    found = [row for name, most in SETS.items() for row in examples(sets[name], sets[name], reader, most, seen)]
    foreign = [row for a, b, n in FOREIGN for row in examples(sets[a], sets[b], reader, n, seen, foreign=True)]
    order = fit_order([row for row in found if row[2].any()])
    print(f"order: relative ranker score x {order[0]:.3f} + reader x {order[1]:.3f}")
    for name, weights in (("ranker", (1.0, 0.0)), ("reader", (0.0, 1.0)), ("both", order)):
        print(f"{name}: first {np.mean([r[2][best(r, weights)] for r in found if r[2].any()]):.3f}")
    rows, right = [], []
    for row in (*found, *foreign):
        at = best(row, order)
        rows.append((row[1][at], row[3]))
        right.append(bool(row[2][at]))
    sure, bias = fit_sure(np.array(rows), np.array(right))
    print(f"sure: reader x {sure[0]:.3f} + ranker's odds x {sure[1]:.3f} + {bias:.3f}")

    def probability(row: tuple[Any, Any, Any, float]) -> float:
        return float(1 / (1 + np.exp(-(row[1][best(row, order)] * sure[0] + row[3] * sure[1] + bias))))

    near = [probability(row) for row in found if not row[2].any()]
    has = [(probability(row), bool(row[2][best(row, order)])) for row in found if row[2].any()]
    strange = [probability(row) for row in foreign]
    for least in np.arange(0.1, 0.85, 0.05):
        right_said = np.mean([p >= least and good for p, good in has])
        said = np.mean([p >= least for p, _ in has])
        missed, elsewhere = np.mean(np.array(near) >= least), np.mean(np.array(strange) >= least)
        print(f"from {least:.2f}: answered {said:.3f}, rightly {right_said:.3f}", end="; ")
        print(f"near misses {missed:.3f}, foreign {elsewhere:.3f}")
    threshold = max(float(np.quantile(strange, 0.95)), least_for(near, has))
    print(f"threshold {threshold:.3f}")
    kept = {
        "order": [round(float(x), 5) for x in order],
        "sure": [round(float(x), 5) for x in (*sure, bias)],
        "threshold": round(threshold, 3),
    }
    OUT.write_text(json.dumps(kept) + "\n", "utf-8")


def examples(
    asking: QuestionSet, asked: QuestionSet, reader: CrossReader, most: int, seen: set[str], foreign: bool = False
) -> list[tuple[Any, Any, Any, float]]:
    """For each question: relative ranker scores, reader scores, gold, each `(candidates,)`, and the ranker's odds."""
    asker, found = Asker(asked.index), []
    for i in np.random.default_rng(1).permutation(len(asking.questions)).tolist():
        question = asking.questions[i]
        if question.text in seen:
            continue
        hits = asker.find(question.text, asking.vectors[i])
        passages = asker.passages(hits)
        idf = asked.index.lexical.idf
        reading = read(question.text, asking.vectors[i], passages, terms=terms, idf=idf)
        chosen = candidates(reading)
        places = asker.places(hits.keys[: len(passages)])
        flat = [(p, s) for p, passage in enumerate(passages) for s in range(len(passage.sentences))]
        place = dict(zip(flat, places, strict=True))
        golds = () if foreign else question.golds
        gold = np.array([is_gold(place[one.passage, one.sentence], golds) for one in chosen])
        logits = reader.scores(question.text, [window_of(passages, one) for one in chosen])
        relative = np.array([one.score - chosen[0].score for one in chosen])
        found.append((relative, logits.astype(float), gold, odds_of(reading)))
        if len(found) == most:
            break
    return found


def least_for(near: list[float], has: list[tuple[float, bool]]) -> float:
    """Where right answers given, less false answers to near misses, are most, each as a share of its kind."""

    def gain(least: float) -> float:
        return float(np.mean([p >= least and good for p, good in has]) - np.mean(np.array(near) >= least))

    return max((float(x) for x in np.arange(0.1, 0.85, 0.01)), key=gain)


def best(row: tuple[Any, Any, Any, float], order: Any) -> int:
    """The place of the first candidate by the mixed score."""
    return int((row[0] * order[0] + row[1] * order[1]).argmax())


def fit_order(rows: list[tuple[Any, Any, Any, float]]) -> Any:
    """The two weights that make gold candidates likeliest."""
    weights = torch.ones(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.zeros((), dtype=torch.float64)
        for relative, logits, gold, _ in rows:
            scores = torch.tensor(relative) * weights[0] + torch.tensor(logits) * weights[1]
            loss = loss + torch.logsumexp(scores, 0) - torch.logsumexp(scores[torch.tensor(gold)], 0)
        loss = loss / len(rows)
        loss.backward()
        return loss

    optimizer.step(step)
    return weights.detach().numpy()


def fit_sure(rows: Any, right: Any) -> tuple[Any, float]:
    """Logistic regression."""
    x, y = torch.tensor(rows), torch.tensor(right, dtype=torch.float64)
    numbers = torch.zeros(rows.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([numbers], max_iter=200, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(x @ numbers[:-1] + numbers[-1], y)
        loss.backward()
        return loss

    optimizer.step(step)
    found = numbers.detach().numpy()
    return found[:-1], float(found[-1])


if __name__ == "__main__":
    main()
