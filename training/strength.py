"""Fits how strong an answer is: `python -m training.strength [FOLDER]` (default `../shared/train`).

Questions as people ask them - facts, reasons, ways, yes or no, people's near misses - asked of two corpora: of their
own documents, of them without those that answer, and of the other corpus. Two logistic regressions over the signals of
`rag/answering/strength.py`: whether the first sentence answers, and whether the sources are about what is asked at all.
Prints what each boundary does; writes `rag/models/data/strength.json`.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.ask import Asker, Found, is_gold
from benchmarks.sets import CACHE, Question, QuestionSet, load_set
from rag.answering.ranking import read
from rag.answering.rerank import reordered
from rag.answering.strength import SIGNALS, signals
from rag.language import cased, terms
from rag.models import SentenceEncoder, SpanReader, bundled_folder
from training.sheetset import sheet_set
from training.twisted import names_in, twisted
from training.windows import is_held_out

OUT = Path(__file__).parent.parent / "rag" / "models" / "data" / "strength.json"
NEAR = {"squad2_dev": 700}
"""People's questions, half of them near misses: only articles that the reader was not trained on."""
OPEN = {"shifts_wiki": 300, "nq_complex": 250, "boolq_contrast": 150, "medquad": 150, "covidqa": 100}
"""Questions of other kinds; the reader was trained on none of these sets."""
SHEETS, PAIRS = 25, 400
"""Made-up fact sheets and the questions on them: no set of people's questions has lines "key: value"."""
STRENGTH = 1.0
"""Inverse strength of regularisation, over standardised signals: several of them say nearly the same."""
RISKS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
ANSWERS = ("odds", "passage", "name_missing", "year_missing", "pair", "of_another")
ABOUT = ("nearest", "cosine", "best_passage", "covered")
"""The signals that each probability is made of. What stands out among the passages says much on these corpora of many
topics and misleads on a few documents about one, so it is left out; what the reader says has no part in `about`.
"""
TURNED_AWAY, SURELY = 0.85, 0.98
"""Shares of the questions of another corpus that are to be `not_found`, and not to be called answered.

Many of them are about something that both corpora speak of.
"""


class Row(NamedTuple):
    """A question's signals, whether its first sentence answers, and how it was asked."""

    set: str
    way: str  # "own", "near" (a person's near miss), "without" (what answers taken out), "other" (another corpus)
    values: Any  # (len(SIGNALS),)
    right: bool


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default="../shared/train", type=Path)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--rows", type=Path, help="what was read, kept, or taken from there")
    options = parser.parse_args()
    if options.rows and options.rows.exists():
        rows: list[Row] = [Row(*row) for row in pickle.loads(options.rows.read_bytes())]  # noqa: S301  # our own file
    else:
        rows = asked(options.folder, options.cache)
        if options.rows:
            options.rows.write_bytes(pickle.dumps([tuple(row) for row in rows]))
    fit(rows)


def asked(folder: Path, cache: Path) -> list[Row]:
    """Every question, asked in every way."""
    encoder = SentenceEncoder()
    near = _mixed(folder, NEAR, encoder, cache)
    wide = _mixed(folder, OPEN, encoder, cache)
    rows = []
    for own, other in ((near, wide), (wide, near)):
        here, there = _asker(own), _asker(other)
        for question, vector in zip(own.questions, own.vectors, strict=True):
            rows.append(_row(here, question, vector, "own" if question.answerable else "near"))
            if question.answerable:
                rows.append(_row(here, question, vector, "without"))
            rows.append(_row(there, replace(question, golds=()), vector, "other"))
        rows += _altered(own, here, encoder)
    sheets = sheet_set(encoder, cache, sheets=SHEETS, seed=12)  # none that the reader was trained on
    asker = _asker(sheets)
    for question, vector in list(zip(sheets.questions, sheets.vectors, strict=True))[:PAIRS]:
        rows.append(_row(asker, question, vector, "own" if question.answerable else "near of sheets"))
    return [row for row in rows if row is not None]


def _altered(own: QuestionSet, asker: Asker, encoder: SentenceEncoder) -> list[Row | None]:
    """Questions with another name, year or number in them, so that nothing answers: half of people's near misses."""
    names = [name for question in own.questions for name in names_in(question.text)]
    rng, rows = random.Random(4), []
    for question in own.questions:
        if question.golds:
            document = own.index.documents[question.golds[0].document]
            made = twisted(question.text, f"{document.title} {document.text}", names, rng)
            if made is not None:
                altered = replace(question, text=made, golds=())
                rows.append(_row(asker, altered, encoder.query(made), "altered"))
    return rows


def fit(rows: Sequence[Row]) -> None:
    """Both regressions, the boundaries, and what they do; every fifth question is held out for what is printed."""
    x, right = np.array([row.values for row in rows]), np.array([row.right for row in rows])
    way = np.array([row.way for row in rows])
    held = np.arange(len(rows)) % 5 == 0
    for name, kept in (("held out", ~held), ("all", np.ones(len(rows), bool))):
        answers = _weights(x[kept], right[kept], way[kept], ANSWERS)
        topical = kept & (way != "without")
        about = _weights(x[topical], way[topical] != "other", way[topical], ABOUT)
        shown = held if name == "held out" else kept
        floor, sure = np.quantile(_p(x, about)[shown & (way == "other")], [TURNED_AWAY, SURELY]).tolist()
        least = _print(name, rows, shown, _p(x, answers), _p(x, about), floor)
    OUT.write_text(
        json.dumps(
            {
                "signals": SIGNALS,
                "answers": np.round(answers, 5).tolist(),
                "about": np.round(about, 5).tolist(),
                "risks": RISKS,
                "least": np.round(least, 5).tolist(),
                "least_about": round(floor, 5),
                "sure_about": round(sure, 5),
            }
        )
        + "\n",
        "utf-8",
    )


def _weights(x: Any, y: Any, way: Any, names: Sequence[str]) -> Any:
    """Weights of all signals, 0 for those that are not named, and the bias.

    Each way of asking weighs as much as the others, and either outcome half.
    """
    weight = np.array([1 / (way == one).sum() for one in way])
    for side in (True, False):
        weight[y == side] *= 0.5 / weight[y == side].sum()
    at = [SIGNALS.index(name) for name in names]
    centre, scale = x.mean(0)[at], x.std(0)[at] + 1e-9
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit((x[:, at] - centre) / scale, y, weight * len(y))
    slopes = np.zeros(len(SIGNALS))
    slopes[at] = model.coef_[0] / scale
    return np.append(slopes, model.intercept_[0] - slopes[at] @ centre)


def _p(x: Any, weights: Any) -> Any:
    return 1 / (1 + np.exp(-(x @ weights[:-1] + weights[-1])))


def _print(name: str, rows: Sequence[Row], kept: Any, answers: Any, about: Any, floor: float) -> Any:
    way, right = np.array([row.way for row in rows]), np.array([row.right for row in rows])
    near, own = answers[kept & (way == "near")], kept & (way == "own")
    least = np.append([np.quantile(near, 1 - risk) for risk in RISKS[:-1]], 0.0)
    print(f"{name}: {kept.sum()} questions; from {floor:.3f} the sources are about it")
    for where in sorted({row.set for row in rows}):
        mine = own & np.array([row.set == where for row in rows])
        turned = np.mean(about[mine] < floor)
        print(f"  {where}: n {mine.sum()}, first right {np.mean(right[mine]):.3f}, not found {turned:.3f}")
    for risk, bound in zip(RISKS, least, strict=True):
        said = own & (answers >= bound)
        removed = np.mean(answers[kept & (way == "without")] >= bound)
        print(
            f"  risk {risk:.2f} from {bound:.3f}: answered {said.sum() / own.sum():.3f}, right of those "
            f"{np.mean(right[said]):.3f}; answer taken out {removed:.3f}"
        )
    return least


def _row(asker: Asker, question: Question, vector: Any, way: str) -> Row | None:
    found = asker.find(question.text, vector)
    if way == "without":
        found = _without(asker, found, question)
    passages = asker.passages(found)
    text = cased(question.text, [passage.text for passage in passages])
    assert asker.reader is not None
    reading = read(text, vector, passages, terms=terms, idf=asker.index.lexical.idf)
    reading = reordered(reading, text, passages, asker.reader)
    if not reading.sentences:
        return None
    first = reading.sentences[0]
    piece = asker.index.pieces[found.keys[first.passage]]
    right = way == "own" and _answers(question, piece.chunk.document_id, piece.sentences[first.sentence])
    values = signals(text, vector, reading, passages, terms, asker.index.lexical.idf)
    return Row(question.id.partition(":")[0] if ":" in question.id else "sheets", way, values, right)


def _answers(question: Question, document: str, sentence: Any) -> bool:
    """Whether it is a gold sentence, or stands in a gold passage where the set names only those."""
    whole = any(gold.document == document and not gold.spans for gold in question.golds)
    return whole or is_gold((document, sentence), question.golds)


def _without(asker: Asker, found: Found, question: Question) -> Found:
    """What is found, less the documents that answer."""
    golds = {gold.document for gold in question.golds}
    kept = [i for i, key in enumerate(found.keys) if asker.index.pieces[key].chunk.document_id not in golds]
    return replace(
        found,
        keys=[found.keys[i] for i in kept],
        scores=[found.scores[i] for i in kept],
        candidates=[found.candidates[i] for i in kept],
    )


def _asker(one: QuestionSet) -> Asker:
    return Asker(one.index, SpanReader(bundled_folder() / "tokenizer.json"))


def _mixed(folder: Path, sets: dict[str, int], encoder: SentenceEncoder, cache: Path) -> QuestionSet:
    """Some questions of several sets with the documents that they need, as one set."""
    place = cache / f"mixed-{'-'.join(sets)}"
    place.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    parts: dict[str, list[dict[str, Any]]] = {"queries": [], "qrels": [], "corpus": []}
    for name, most in sets.items():
        rows = {part: _rows(folder / name / f"{part}.jsonl") for part in parts}
        queries = [q for q in rows["queries"] if name not in NEAR or is_held_out(f"{name}/{_article(q)}")]
        queries = [queries[i] for i in rng.permutation(len(queries))[:most]]
        ids = {q["id"] for q in queries}
        qrels = [r for r in rows["qrels"] if r["query"] in ids]
        needed = {r["doc"] for r in qrels} | {q.get("context_doc") for q in queries}
        corpus = [d for d in rows["corpus"] if d["id"] in needed or name in NEAR]
        parts["queries"] += [{**q, "id": f"{name}:{q['id']}", "context_doc": None, "history": None} for q in queries]
        parts["qrels"] += [{**r, "query": f"{name}:{r['query']}", "doc": f"{name}:{r['doc']}"} for r in qrels]
        parts["corpus"] += [{**d, "id": f"{name}:{d['id']}", "title": d.get("title") or ""} for d in corpus]
    for part, found in parts.items():
        (place / f"{part}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in found), "utf-8")
    return load_set(place, encoder, cache)


def _article(query: dict[str, Any]) -> str:
    return str(query.get("context_doc") or query["id"]).split("#")[0]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


if __name__ == "__main__":
    main()
