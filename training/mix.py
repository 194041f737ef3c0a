"""Fits how the reader and the ranker are mixed, and when nothing is answered: `python -m training.mix [FOLDER]`.

On questions of articles that the reader was not trained on, asked as the program asks them. Writes
`rag/models/data/mix.json`; prints what each is worth alone and together, and the table that the threshold comes from.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import torch

from benchmarks.ask import Asker, Found, is_gold
from benchmarks.sets import CACHE, Question, QuestionSet, load_set
from rag.answering.ranking import read
from rag.answering.rerank import evidence, read_again
from rag.language import terms
from rag.models.encoder.encoder import SentenceEncoder, bundled_folder
from rag.models.reader import WEIGHTS, SpanReader
from rag.types import Reader
from training.sheetset import sheet_set
from training.twisted import names_in, twisted
from training.windows import is_held_out

OUT = Path(__file__).parent.parent / "rag" / "models" / "data" / "mix.json"
SETS = {"squad2_dev": 560, "squad1_dev": 240, "nq_oracle": 150, "selqa": 60, "sheets": 300}
FOREIGN = (("nq_oracle", "squad2_dev", 60), ("squad2_dev", "nq_oracle", 60))
WITHOUT = {"squad2_dev": 200, "squad1_dev": 150, "nq_oracle": 150, "selqa": 60}
"""Questions that are asked again when no passage that answers can be found: people's near misses are written on purpose
with the words of the passage, and teach nothing of what is simply not told.
"""
TWISTED = {"squad2_dev": 200, "squad1_dev": 150, "nq_oracle": 100}
"""Questions that are altered so that what answers them no longer does: mostly another name or year."""
Way: TypeAlias = Literal["own", "without", "other"]
"""Asked of its own documents, of them less those that answer, of documents that do not answer."""
RISKS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)


@dataclass(slots=True)
class Asked:
    """A question: what is known of each sentence read again, `(n, 2)`, which of them answer, and of the whole."""

    scores: Any
    gold: Any
    unanswerable: bool
    evidence: list[Any]  # of each sentence, were it the best


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="../shared/train", type=Path)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--keep", type=Path, help="file for what was read, to look at it again")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    encoder, reader = SentenceEncoder(), SpanReader(bundled_folder() / "tokenizer.json", options.weights)
    sets = {name: load_set(options.folder / name, encoder, options.cache) for name in SETS if name != "sheets"}
    sets["sheets"] = sheet_set(encoder, options.cache, sheets=25, seed=12)  # none that was trained on
    own = {name: ask(sets[name], sets[name], reader, most) for name, most in SETS.items()}
    untold = [row for name, n in WITHOUT.items() for row in ask(sets[name], sets[name], reader, n, "without")]
    altered = {name: altered_set(sets[name], encoder) for name in TWISTED}
    missed = [row for name, n in TWISTED.items() for row in ask(altered[name], sets[name], reader, n, "other")]
    foreign = [row for a, b, n in FOREIGN for row in ask(sets[a], sets[b], reader, n, "other")]
    if options.keep:
        options.keep.write_bytes(pickle.dumps((own, untold, missed, foreign)))
    found = [row for rows in own.values() for row in rows]
    order = fit_order([row for row in found if row.gold.any()])
    print("order:", np.round(order, 3))
    for name, weights in (("ranker", (1.0, 0.0)), ("reader", (0.0, 1.0)), ("both", order)):
        firsts = {s: [r.gold[best(r, weights)] for r in rows if r.gold.any()] for s, rows in own.items()}
        print(f"{name}: first", {s: round(float(np.mean(f)), 3) for s, f in firsts.items()})
    sure = fit_sure([*found, *untold, *missed, *foreign], order)
    print("sure:", np.round(sure, 3))
    kept = {"order": order.tolist(), "sure": sure.tolist()}
    people = [row for name, rows in own.items() if name != "sheets" for row in rows]  # made-up near misses are easier
    kept["risks"], kept["thresholds"] = list(RISKS), table(people, foreign, order, sure)
    OUT.write_text(json.dumps({name: np.round(value, 5).tolist() for name, value in kept.items()}) + "\n", "utf-8")


def ask(asking: QuestionSet, asked: QuestionSet, reader: Reader, most: int, way: Way = "own") -> list[Asked]:
    """What the program knows of held-out questions of one set asked of a set's documents."""
    asker, found = Asker(asked.index), []
    for i in np.random.default_rng(1).permutation(len(asking.questions)).tolist():
        question = asking.questions[i]
        new = asking.name == "sheets" or is_held_out(f"{asking.name}/{article_of(question)}")
        if new and (question.golds or (way != "without" and not question.answerable)):
            found.append(_asked(asker, question, asking.vectors[i], reader, way))
        if len(found) == most:
            break
    return [one for one in found if len(one.scores)]


def altered_set(asking: QuestionSet, encoder: SentenceEncoder) -> QuestionSet:
    """The held-out questions of a set as `training.twisted` alters them, each by the document that answered it."""
    names = [name for question in asking.questions for name in names_in(question.text)]
    rng = random.Random(4)
    altered = []
    for question in asking.questions:
        if question.golds and is_held_out(f"{asking.name}/{article_of(question)}"):
            document = asking.index.documents[question.golds[0].document]
            made = twisted(question.text, f"{document.title} {document.text}", names, rng)
            if made is not None:
                altered.append(replace(question, text=made))
    vectors = np.stack([encoder.query(question.text) for question in altered])
    return QuestionSet(asking.name, asking.index, altered, vectors)


def _asked(asker: Asker, question: Question, vector: Any, reader: Reader, way: Way) -> Asked:
    hits = asker.find(question.text, vector)
    if way == "without":
        hits = _without(asker, hits, question)
    passages = asker.passages(hits)
    reading = read(question.text, vector, passages, terms=terms, idf=asker.index.lexical.idf)
    again = read_again(reading, question.text, passages, reader)
    places = iter(asker.places(hits.keys[: len(passages)]))
    at = {(p, s): next(places) for p, passage in enumerate(passages) for s in range(len(passage.spans))}
    golds = question.golds if way == "own" else ()
    return Asked(
        scores=np.array([(one.under_best, one.read.score) for one in again]),
        gold=np.array([is_gold(at[one.scored.passage, one.scored.sentence], golds) for one in again]),
        unanswerable=not question.answerable or way != "own",
        evidence=[evidence(one, question.text, passages[one.scored.passage]) for one in again],
    )


def _without(asker: Asker, found: Found, question: Question) -> Found:
    """What is found, less the documents that answer and every chunk in which an answer's words stand."""
    documents, golds = asker.index.documents, {gold.document for gold in question.golds}
    answers = [documents[gold.document].text[slice(*span)].lower() for gold in question.golds for span in gold.spans]

    def silent(key: int) -> bool:
        chunk = asker.index.pieces[key].chunk
        said = documents[chunk.document_id].text[slice(*chunk.span)].lower()
        return chunk.document_id not in golds and not any(answer in said for answer in answers)

    kept = [i for i, key in enumerate(found.keys) if silent(key)]
    return replace(found, keys=[found.keys[i] for i in kept], scores=[found.scores[i] for i in kept])


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


def fit_sure(rows: Sequence[Asked], order: Any) -> Any:
    """Logistic regression for whether the best sentence answers, `(evidence + 1,)`, the bias last.

    Questions that have an answer weigh as much in all as those that have none: how many of either people will ask is
    not known, and the sets say nothing about it.
    """
    places = [best(row, order) for row in rows]
    x = torch.tensor(np.array([row.evidence[at] for row, at in zip(rows, places, strict=True)]))
    y = torch.tensor([float(row.gold[at]) for row, at in zip(rows, places, strict=True)], dtype=torch.float64)
    none = torch.tensor([row.unanswerable for row in rows])
    share = none.double().mean()
    weight = torch.where(none, 0.5 / share, 0.5 / (1 - share))
    numbers = torch.zeros(x.shape[1] + 1, dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        odds = x @ numbers[:-1] + numbers[-1]
        return torch.nn.functional.binary_cross_entropy_with_logits(odds, y, weight) + 1e-4 * (numbers**2).sum()

    return _minimised(numbers, loss)


def table(found: Sequence[Asked], foreign: Sequence[Asked], order: Any, sure: Any) -> list[float]:
    """Prints what each threshold does; gives the lowest that keeps to each of `RISKS`."""

    def probability(row: Asked) -> float:
        return float(1 / (1 + np.exp(-(row.evidence[best(row, order)] @ sure[:-1] + sure[-1]))))

    near = np.array([probability(row) for row in found if row.unanswerable])
    strange = np.array([probability(row) for row in foreign])
    has = [(probability(row), bool(row.gold[best(row, order)])) for row in found if not row.unanswerable]
    p, good = np.array([p for p, _ in has]), np.array([right for _, right in has])
    print(f"AUROC near misses {(p[:, None] > near[None, :]).mean():.3f}, foreign {(p[:, None] > strange).mean():.3f}")
    for least in np.arange(0.1, 0.95, 0.05):
        print(
            f"from {least:.2f}: answered {np.mean(p >= least):.3f}, rightly {np.mean((p >= least) & good):.3f};"
            f" near misses {np.mean(near >= least):.3f}, foreign {np.mean(strange >= least):.3f}"
        )
    thresholds = [float(np.quantile(near, 1 - risk)) for risk in RISKS[:-1]] + [0.0]
    print("thresholds:", {risk: round(least, 3) for risk, least in zip(RISKS, thresholds, strict=True)})
    return thresholds


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
