"""Fits how the reader's and the ranker's scores are mixed: `python -m training.mix [FOLDER]`.

On questions of articles that the reader was not trained on, asked as the program asks them. Writes
`rag/models/data/mix.json`; prints what each is worth alone and together. How sure an answer is, is fitted by
`training/strength.py`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.ask import Asker, is_gold
from benchmarks.sets import CACHE, Question, QuestionSet, load_set
from rag.answering.ranking import read
from rag.answering.rerank import read_again
from rag.language import terms
from rag.models import SentenceEncoder, SpanReader, bundled_folder
from rag.models.reader import WEIGHTS
from rag.types import Reader
from training.sheetset import sheet_set
from training.windows import is_held_out

OUT = Path(__file__).parent.parent / "rag" / "models" / "data" / "mix.json"
SETS = {"squad2_dev": 560, "squad1_dev": 240, "nq_oracle": 150, "selqa": 60, "sheets": 300}


@dataclass(slots=True)
class Asked:
    """A question: what is known of each sentence read again, `(n, 2)`, and which of them answer."""

    scores: Any
    gold: Any


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="../shared/train", type=Path)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    encoder, reader = SentenceEncoder(), SpanReader(bundled_folder() / "tokenizer.json", options.weights)
    sets = {name: load_set(options.folder / name, encoder, options.cache) for name in SETS if name != "sheets"}
    sets["sheets"] = sheet_set(encoder, options.cache, sheets=25, seed=12)  # none that was trained on
    own = {name: ask(sets[name], reader, most) for name, most in SETS.items()}
    order = fit_order([row for rows in own.values() for row in rows if row.gold.any()])
    print("order:", np.round(order, 3))
    for name, weights in (("ranker", (1.0, 0.0)), ("reader", (0.0, 1.0)), ("both", order)):
        firsts = {s: [r.gold[best(r, weights)] for r in rows if r.gold.any()] for s, rows in own.items()}
        print(f"{name}: first", {s: round(float(np.mean(f)), 3) for s, f in firsts.items()})
    OUT.write_text(json.dumps({"order": np.round(order, 5).tolist()}) + "\n", "utf-8")


def ask(asked: QuestionSet, reader: Reader, most: int) -> list[Asked]:
    """What the program knows of held-out questions of a set."""
    asker, found = Asker(asked.index), []
    for i in np.random.default_rng(1).permutation(len(asked.questions)).tolist():
        question = asked.questions[i]
        new = asked.name == "sheets" or is_held_out(f"{asked.name}/{article_of(question)}")
        if new and question.golds:
            found.append(_asked(asker, question, asked.vectors[i], reader))
        if len(found) == most:
            break
    return [one for one in found if len(one.scores)]


def _asked(asker: Asker, question: Question, vector: Any, reader: Reader) -> Asked:
    hits = asker.find(question.text, vector)
    passages = asker.passages(hits)
    reading = read(question.text, vector, passages, terms=terms, idf=asker.index.lexical.idf)
    again = read_again(reading, question.text, passages, reader)
    places = iter(asker.places(hits.keys[: len(passages)]))
    at = {(p, s): next(places) for p, passage in enumerate(passages) for s in range(len(passage.spans))}
    return Asked(
        scores=np.array([(one.under_best, one.read.score) for one in again]),
        gold=np.array([is_gold(at[one.scored.passage, one.scored.sentence], question.golds) for one in again]),
    )


def article_of(question: Question) -> str:
    """What decides whether a question is held out."""
    return (question.context or (question.golds[0].document if question.golds else "")).split("#")[0]


def best(row: Asked, order: Any) -> int:
    """The place of the first sentence by the mixed score."""
    return int((row.scores @ np.array(order)).argmax())


def fit_order(rows: Sequence[Asked]) -> Any:
    """The two weights that make gold sentences likeliest."""
    weights = torch.ones(2, dtype=torch.float64, requires_grad=True)
    data = [(torch.tensor(row.scores), torch.tensor(row.gold)) for row in rows]

    def loss() -> torch.Tensor:
        mixed = [(scores @ weights, gold) for scores, gold in data]
        return torch.stack([torch.logsumexp(s, 0) - torch.logsumexp(s[gold], 0) for s, gold in mixed]).mean()

    return _minimised(weights, loss)


def _minimised(numbers: torch.Tensor, loss: Any) -> Any:
    optimizer = torch.optim.LBFGS([numbers], max_iter=200, line_search_fn="strong_wolfe")

    def step() -> Any:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(step)  # type: ignore[no-untyped-call]
    return numbers.detach().numpy()


if __name__ == "__main__":
    main()
