"""Fits the numbers of `rag/verify/score.py`: `python -m training.verify [FOLDER]`, default `../shared/train`.

Statements are made from questions and their answers ("Who wrote X?", "Y" -> "Y wrote X.") and by joining or shortening
source sentences; they are carried by their paragraph. The same statements with another answer from the paragraph, with
one fact changed, or looked for without the sentence that answers, are not. Nothing under `../shared/eval` is read.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.perturb import perturbed
from benchmarks.sets import CACHE, vectors_of
from rag.embed import SentenceEncoder
from rag.text import sentence_spans
from rag.verify import SourceSentence, read_evidence
from rag.verify.score import MEASURES, WEIGHTS

SETS = ("squad2_dev", "squad1_dev")
STATEMENTS = 300
_SUBJECT = re.compile(
    r"^(?:who|what|which(?: \w+)?) ((?:is|was|are|were|has|had|can|will|[a-z]+(?:ed|es|s))\b.+)\?$", re.I
)
_COUNT = re.compile(
    r"^how many (\w+ (?!did|do|does)(?:\w+ )*?(?:is|was|are|were|has|had|have|live|died|took)\b.+)\?$", re.I
)
_AUXILIARY = re.compile(r"^(?:do|does|did)\b", re.I)
_LIKE = (re.compile(r"\b\d[\d,.]*\d\b|\b\d\b"), re.compile(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*"))


@dataclass(frozen=True, slots=True)
class Example:
    """A statement, the sentences to look in, and whether they carry it."""

    statement: str
    sources: tuple[str, ...]
    title: str
    carried: bool


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("../shared/train"))
    options = parser.parse_args()
    examples = [example for name in SETS for example in _examples(options.folder / name)]
    random.Random(0).shuffle(examples)
    encoder = SentenceEncoder()
    CACHE.mkdir(parents=True, exist_ok=True)
    texts = sorted({text for one in examples for text in (one.statement, *one.sources)})
    known = dict(zip(texts, vectors_of(texts, encoder, CACHE), strict=True))
    rows = np.array([_row(example, known) for example in examples])
    carried = np.array([example.carried for example in examples], float)
    half = len(rows) * 4 // 5
    mean, spread = rows[:half].mean(0), rows[:half].std(0) + 1e-9
    weights, bias = _fit((rows[:half] - mean) / spread, carried[:half])
    weights, bias = weights / spread, bias - float((weights / spread) @ mean)
    held = 1 / (1 + np.exp(-(rows[half:] @ weights + bias)))
    right = (held >= 0.5) == (carried[half:] > 0)
    print(f"{len(rows)} examples, {carried.mean():.2f} carried; held out: {right.mean():.3f} right")
    for name, weight in zip(MEASURES, weights, strict=True):
        print(f"{name:22} {weight:8.3f}")
    found = {name: round(float(weight), 4) for name, weight in zip(MEASURES, weights, strict=True)}
    WEIGHTS.write_text(json.dumps({"bias": round(float(bias), 4), "weights": found}, indent=1) + "\n", "utf-8")


def _row(example: Example, known: dict[str, Any]) -> list[float]:
    vectors = np.stack([known[source] for source in example.sources])
    windows = [SourceSentence(source, example.title) for source in example.sources]
    return read_evidence(example.statement, windows, vectors @ known[example.statement]).measures


def _fit(rows: Any, carried: Any, ridge: float = 1.0) -> tuple[Any, float]:
    """Logistic regression by Newton's method; both classes weigh the same."""
    x = np.c_[rows, np.ones(len(rows))]
    share = carried.mean()
    importance = np.where(carried > 0, 0.5 / share, 0.5 / (1 - share))
    penalty = np.diag([ridge] * rows.shape[1] + [0.0])
    found = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ found)))
        slope = x.T @ (importance * (p - carried)) + penalty @ found
        found -= np.linalg.solve((x * (importance * p * (1 - p))[:, None]).T @ x + penalty, slope)
    return found[:-1], float(found[-1])


def _examples(folder: Path) -> Iterator[Example]:
    rows = {
        name: [json.loads(line) for line in (folder / f"{name}.jsonl").open("rb")]
        for name in ("corpus", "queries", "qrels")
    }
    corpus = {row["id"]: row for row in rows["corpus"]}
    questions = {row["id"]: row["text"] for row in rows["queries"]}
    rng = random.Random(0)
    rng.shuffle(rows["qrels"])
    made = 0
    for gold in rows["qrels"]:
        span = next((s for s in gold.get("spans") or () if s.get("start") is not None), None)
        if span is None or made >= STATEMENTS:
            continue
        row = corpus[gold["doc"]]
        statement = _statement(questions[gold["query"]], span["text"]) if made % 3 else None
        sentences = [row["text"][a:b] for a, b in sentence_spans(row["text"])]
        at = next((i for i, (_, b) in enumerate(sentence_spans(row["text"])) if span["start"] < b), 0)
        statement = statement or (_shortened(sentences, at, rng) if not made % 3 else None)
        if statement is None or len(sentences) < 2:
            made += not made % 3
            continue
        made += 1
        everything = tuple(sentences)
        yield Example(statement, everything, row["title"], True)
        without = tuple(s for i, s in enumerate(sentences) if i != at)
        yield Example(statement, without, row["title"], False)
        if (other := _other_answer(statement, span["text"], row["text"], rng)) is not None:
            yield Example(other, everything, row["title"], False)
        for _, wrong in perturbed(statement, row["text"]):
            yield Example(wrong, everything, row["title"], False)


def _statement(question: str, answer: str) -> str | None:
    """ "Who wrote X?" and "Y" -> "Y wrote X."; None where the question is not about its subject."""
    question = " ".join(question.split())
    answer = answer.strip(" .,")
    if match := _COUNT.match(question):
        return f"{answer} {match[1]}."
    match = _SUBJECT.match(question)
    if match is None or _AUXILIARY.match(match[1]) or len(answer.split()) > 12:
        return None
    return f"{answer[0].upper()}{answer[1:]} {match[1]}."


def _shortened(sentences: Sequence[str], at: int, rng: random.Random) -> str | None:
    """The sentence without asides, or its first clause joined with the next sentence's."""
    plain = re.sub(r"\s*\([^)]*\)", "", sentences[at]).rstrip(". ")
    clauses = re.split(r", (?=which|who|where|and|but|while|although)|; ", plain)
    if rng.random() < 0.4 and at + 1 < len(sentences):
        after = re.sub(r"\s*\([^)]*\)", "", sentences[at + 1]).rstrip(". ")
        return f"{clauses[0]}, and {after}."
    return f"{clauses[0]}." if len(clauses[0].split()) > 4 else f"{plain}."


def _other_answer(statement: str, answer: str, text: str, rng: random.Random) -> str | None:
    """The statement with something of the same look from the same text in the place of the answer."""
    answer = answer.strip(" .,")
    place = statement.lower().find(answer.lower())
    pattern = next((p for p in _LIKE if p.search(f"a {answer}")), None)
    if place < 0 or pattern is None:
        return None
    others = sorted({m[0] for m in pattern.finditer(text) if m[0] not in statement and m[0] not in answer})
    return None if not others else statement[:place] + rng.choice(others) + statement[place + len(answer) :]


if __name__ == "__main__":
    main()
