"""Fits the numbers of `rag/models/data/ranker.json`: `python -m training.fit [FOLDER]` (default `../shared/train`).

Seeded; the same data give the same numbers on the same machine. Takes about ten minutes on two cores when nothing is
encoded yet, three when it is. The steps, and what is held out, are described in `training/LOG.md`.
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
from benchmarks.sets import CACHE, QuestionSet, load_set
from rag.answering.features import FEATURES, features
from rag.answering.ranker import SURE, Ranker, sure_row
from rag.language import terms
from rag.models.encoder.encoder import SentenceEncoder
from training.sheetset import sheet_set
from training.windows import is_held_out

OUT = Path(__file__).parent.parent / "rag" / "models" / "data" / "ranker.json"
SETS = {
    "squad2_dev": (None, 1.0),
    "squad1_dev": (2500, 1.0),
    "nq_oracle": (None, 0.7),
    "selqa": (None, 1.0),
    "sheets": (None, 1.0),
}
"""How many questions of each set, and the weight of each. `nq_oracle` marks only one of several right sentences;
`sheets` are made up."""
FOREIGN = (("nq_oracle", "squad2_dev", 400), ("squad2_dev", "nq_oracle", 400), ("squad1_dev", "selqa", 300))
"""Questions of the first set asked of the second's documents: nothing there answers them."""
UNITS, EPOCHS, BATCH, RATE, DECAY = 16, 8, 64, 3e-3, 1e-3
LONGEST = 100  # sentences of one question


@dataclass(slots=True)
class Example:
    """One question: its sentences' features, which of them answer, and the article it is about."""

    rows: Any  # (sentences, features)
    gold: Any  # (sentences,)
    weight: float
    article: str  # set/article


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Fits the numbers of the sentence ranker.")
    parser.add_argument("folder", nargs="?", default="../shared/train", type=Path)
    parser.add_argument("--cache", type=Path, default=CACHE)
    options = parser.parse_args(arguments)
    options.cache.mkdir(parents=True, exist_ok=True)
    encoder = SentenceEncoder()
    sets = {name: load_set(options.folder / name, encoder, options.cache) for name in SETS if name != "sheets"}
    sets["sheets"] = sheet_set(encoder, options.cache, sheets=70, seed=11)
    # 1. what is known of the sentences found for every question
    own = {name: _examples(sets[name], sets[name], *SETS[name]) for name in SETS}
    foreign = [e for a, b, n in FOREIGN for e in _examples(sets[a], sets[b], n, 2.0, foreign=True)]
    # 2. fitted without the articles that the reader does not see either: `training.mix` needs questions new to both
    train, held = _split([e for examples in own.values() for e in examples])
    known, other = _split(foreign)
    final = _fit(train, [*train, *known])
    threshold = float(np.quantile([_sure(final, e)[0] for e in other], 0.95))
    print(f"threshold for 5 % of {len(other)} held-out foreign questions: {threshold:.3f}")
    for name in own:
        _report(name, final, _split(own[name])[1], threshold)
    _report("all held out", final, held, threshold)
    # 3. written
    kept: dict[str, Any] = {"features": list(FEATURES), "sure_features": list(SURE)}
    for field in Ranker.__slots__:
        kept[field] = np.round(getattr(final, field), 5).tolist()
    OUT.write_text(json.dumps(kept) + "\n", "utf-8")
    return 0


def _examples(
    asking: QuestionSet, asked: QuestionSet, most: int | None, weight: float, foreign: bool = False
) -> list[Example]:
    asker = Asker(asked.index)
    chosen = np.random.default_rng(0).permutation(len(asking.questions))[:most]
    found = []
    for i in sorted(chosen.tolist()):
        question = asking.questions[i]
        hits = asker.find(question.text, asking.vectors[i])
        passages = asker.passages(hits)
        idf = asked.index.lexical.idf
        rows = features(question.text, asking.vectors[i], passages, terms=terms, idf=idf)
        places = asker.places(hits.keys[: len(passages)])
        golds = () if foreign else question.golds
        gold = np.array([is_gold(place, golds) for place in places], bool)
        article = question.context or (question.golds[0].document if question.golds else "")
        found.append(Example(rows.astype(np.float32), gold, weight, f"{asking.name}/{article.split('#')[0]}"))
    return found


def _split(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Those to fit to, and those held out."""
    return [e for e in examples if not is_held_out(e.article)], [e for e in examples if is_held_out(e.article)]


def _fit(order: Sequence[Example], sure: Sequence[Example]) -> Ranker:
    centre, scale, linear, hidden, hidden_bias, out = _fit_order([e for e in order if e.gold[:LONGEST].any()])
    unsure = Ranker(centre, scale, linear, hidden, hidden_bias, out, np.zeros(len(SURE)), 0.0)
    known, right = zip(*(_known(unsure, e) for e in sure), strict=True)
    weights, bias = _fit_sure(np.array(known), np.array(right), np.array([e.weight for e in sure]))
    return Ranker(centre, scale, linear, hidden, hidden_bias, out, weights, bias)


def _fit_order(examples: Sequence[Example]) -> tuple[Any, ...]:
    """Listwise: the probability that the softmax over a question's sentences gives to those that answer."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    every = np.concatenate([e.rows for e in examples])
    centre, scale = every.mean(0), every.std(0)
    scale[scale < 1e-4] = 1e9  # never seen to vary: left out
    linear = torch.zeros(len(FEATURES), requires_grad=True)
    hidden = (torch.randn(len(FEATURES), UNITS) / len(FEATURES) ** 0.5).requires_grad_()
    bias = torch.zeros(UNITS, requires_grad=True)
    out = (torch.randn(UNITS) / UNITS**0.5).requires_grad_()
    optimizer = torch.optim.Adam([linear, hidden, bias, out], lr=RATE)
    for epoch in range(EPOCHS):
        total = 0.0
        for start in range(0, len(examples), BATCH):
            if start == 0:
                shuffled = rng.permutation(len(examples))
            batch = [examples[i] for i in shuffled[start : start + BATCH]]
            rows, real, gold, weight = _padded(batch, centre, scale)
            inner = torch.nn.functional.dropout(torch.tanh(rows @ hidden + bias), 0.1)
            scores = (rows @ linear + inner @ out).masked_fill(~real, -1e9)
            missed = torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~gold, -1e9), 1)
            loss = (missed * weight).sum() / weight.sum()
            decay = DECAY * ((linear**2).sum() + (hidden**2).sum() + (out**2).sum())
            optimizer.zero_grad()
            (loss + decay).backward()
            optimizer.step()
            total += float(loss.detach()) * len(batch)
        print(f"epoch {epoch + 1}: {total / len(examples):.4f}", flush=True)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - (epoch + 1) / EPOCHS) + 1e-5
    return (centre, scale, *(t.detach().numpy().astype(np.float64) for t in (linear, hidden, bias, out)))


def _padded(batch: Sequence[Example], centre: Any, scale: Any) -> tuple[torch.Tensor, ...]:
    longest = min(LONGEST, max(len(e.rows) for e in batch))
    rows = np.zeros((len(batch), longest, len(FEATURES)), np.float32)
    real, gold = np.zeros((len(batch), longest), bool), np.zeros((len(batch), longest), bool)
    for i, e in enumerate(batch):
        n = min(longest, len(e.rows))
        rows[i, :n], real[i, :n], gold[i, :n] = (e.rows[:n] - centre) / scale, True, e.gold[:n]
    weight = torch.tensor([e.weight for e in batch], dtype=torch.float32)
    return torch.tensor(rows), torch.tensor(real), torch.tensor(gold), weight


def _fit_sure(known: Any, right: Any, weight: Any) -> tuple[Any, float]:
    """Logistic regression, the weights given back for values that are not standardised."""
    centre, scale = known.mean(0), known.std(0)
    rows = torch.tensor((known - centre) / scale, dtype=torch.float64)
    label, share = torch.tensor(right, dtype=torch.float64), torch.tensor(weight, dtype=torch.float64)
    numbers = torch.zeros(len(SURE) + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([numbers], max_iter=200, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        odds = rows @ numbers[:-1] + numbers[-1]
        losses = torch.nn.functional.binary_cross_entropy_with_logits(odds, label, reduction="none")
        loss = (losses * share).sum() / share.sum() + 1e-4 * (numbers[:-1] ** 2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(step)  # type: ignore[no-untyped-call]
    found = numbers.detach().numpy()
    weights = found[:-1] / scale
    return weights, float(found[-1] - weights @ centre)


def _known(ranker: Ranker, example: Example) -> tuple[Any, bool]:
    best = int(ranker.scores(example.rows).argmax())
    return sure_row(example.rows, best), bool(example.gold[best])


def _sure(ranker: Ranker, example: Example) -> tuple[float, bool]:
    best = int(ranker.scores(example.rows).argmax())
    return ranker.answerable(example.rows, best), bool(example.gold[best])


def _report(name: str, ranker: Ranker, examples: Sequence[Example], threshold: float) -> None:
    found = [(*_sure(ranker, e), bool(e.gold.any())) for e in examples]
    sure, right, has = (np.array(column) for column in zip(*found, strict=True))
    said = sure >= threshold
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(abs((sure[bins == b] - right[bins == b]).sum()) for b in range(10)) / len(sure)
    line = f"{name}: first {right[has].mean():.3f}, answered {said[has].mean():.3f}, calibration error {error:.3f}"
    print(line + (f", near misses answered {said[~has].mean():.3f}" if not has.all() else ""), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
