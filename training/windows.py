"""Questions with windows of text to read for them, made from sets in the layout of `../shared/train`.

A window is a run of whole sentences of one passage, cut at random as the program cuts them around the sentences its
ranker likes. Windows that hold the answer and tempting ones that do not are made anew for every epoch. This module does
not know what is learnt from them.
"""

from __future__ import annotations

import json
import math
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.wordings import keywords
from rag.language import sentence_spans
from rag.types import Span
from training.sheets import shown
from training.twisted import names_in, twisted

__all__ = ["HELD_OUT", "SETS", "Example", "Questions", "is_held_out", "load"]

SETS = ("squad2_dev", "squad1_dev", "nq_oracle", "selqa", "policyqa")
HELD_OUT = 12
"""One article in so many is not trained on: `training/mix.py` and the measurements are made on those."""
_WHOLE = frozenset(("selqa", "policyqa"))  # gold is a sentence or clause, not the exact words
_SHARE = {"policyqa": 0.25}  # of a set's questions that an epoch sees
_SHEETS = 6000  # questions about made-up fact sheets in an epoch
_TWISTED = 0.4  # of the answered questions with exact words, in an epoch
_WORD = re.compile(r"\w+")


class Example(NamedTuple):
    """A question and a window. `answers` are the exact words, spans of `text`; none where the window does not answer.

    `whole` says that the spans are sentences in which the answer lies somewhere.
    """

    question: str
    title: str
    text: str
    answers: tuple[Span, ...]
    whole: bool


@dataclass(slots=True)
class Passage:
    """A row of a corpus with its sentences."""

    title: str
    text: str
    sentences: list[Span]
    words: list[frozenset[str]]


@dataclass(slots=True)
class Question:
    """A question, the passages it is asked of, and its gold spans by passage."""

    id: str
    text: str
    set: str
    answers: list[str]
    golds: dict[str, list[Span]]
    context: str | None

    @property
    def article(self) -> str:
        """What decides whether it is held out."""
        return (self.context or min(self.golds, default="")).split("#")[0]


@dataclass(slots=True)
class Questions:
    """The questions of some sets, and the passages to read for them."""

    passages: dict[str, Passage] = field(default_factory=dict)
    articles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    questions: list[Question] = field(default_factory=list)
    weight: dict[str, float] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _tempting: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def split(self, held_out: bool) -> list[Question]:
        """The questions to train on, or the others; an article lies on one side as a whole."""
        return [q for q in self.questions if is_held_out(q.article) == held_out]

    def epoch(self, rng: random.Random) -> Iterator[Example]:
        """For every question a window that holds the answer, if there is one, one that tempts, a near miss."""
        for question in self.split(held_out=False):
            if rng.random() > _SHARE.get(question.set, 1.0):
                continue
            asked = altered(question.text, rng)
            if question.golds:
                yield self.with_answer(question, asked, rng)
            if not question.golds or rng.random() < 0.6:
                yield from self.without_answer(question, asked, rng)
            if not question.golds:  # people's near misses are few, and what is hardest to learn: another window
                yield from self.without_answer(question, altered(question.text, rng), rng)
            if question.golds and question.set not in _WHOLE and rng.random() < _TWISTED:
                yield from self.near_miss(question, rng)
        for one in shown(rng, _SHEETS):
            answers = (Span(*one.answer),) if one.answer else ()
            yield Example(altered(one.question, rng), one.title, one.text, answers, False)

    def near_miss(self, question: Question, rng: random.Random) -> Iterator[Example]:
        """The window that holds the answer, and the question altered so that it does not."""
        example = self.with_answer(question, question.text, rng)
        other = twisted(question.text, f"{example.title} {example.text}", self.names[question.set], rng)
        if other is not None:
            yield example._replace(question=altered(other, rng), answers=())

    def with_answer(self, question: Question, asked: str, rng: random.Random) -> Example:
        """A window around one gold span."""
        document = rng.choice(sorted(question.golds))
        passage = self.passages[document]
        gold = rng.choice(question.golds[document])
        first = last = _sentence_at(passage, gold.start)
        while passage.sentences[last].end < gold.end and last + 1 < len(passage.sentences):
            last += 1
        window = _around(passage, first, last, rng)
        return _example(question, asked, passage, window, question.golds[document], rng)

    def without_answer(self, question: Question, asked: str, rng: random.Random) -> Iterator[Example]:
        """A window that does not answer: of the near-miss passage, of the same article, or of what looks alike."""
        if not question.golds and question.context and rng.random() < 0.85:
            passage = self.passages[question.context]
            centre = self._best(question, passage, rng)
            yield _example(question, asked, passage, _around(passage, centre, centre, rng), [], rng)
            return
        for document, centre in rng.sample(found := self.tempting(question), min(1, len(found))):
            passage = self.passages[document]
            window = _around(passage, centre, centre, rng)
            inside = passage.text[window.start : window.end].lower()
            if any(answer in inside for answer in question.answers):
                window = passage.sentences[centre]
            yield _example(question, asked, passage, window, [], rng)

    def tempting(self, question: Question) -> list[tuple[str, int]]:
        """Sentences `(passage, number)` that share most with the question and hold none of its answers."""
        if question.id in self._tempting:
            return self._tempting[question.id]
        own = set(question.golds) | ({question.context} if question.context else set())
        article = {d for one in own for d in self.articles[self._article(one)]}
        pool = article if len(article) > 3 else set(random.Random(question.id).sample(sorted(self.passages), 60))
        asked = _words(question.text)
        scored = []
        for document in sorted(pool | own):
            passage = self.passages[document]
            for number, words in enumerate(passage.words):
                span = passage.sentences[number]
                if any(_touch(span, gold) for gold in question.golds.get(document, ())):
                    continue
                if any(answer in passage.text[span.start : span.end].lower() for answer in question.answers):
                    continue
                likeness = sum(self.weight[w] for w in asked & words) / (8 + len(words)) ** 0.5
                scored.append((likeness, document, number))
        scored.sort(reverse=True)
        self._tempting[question.id] = [(document, number) for _, document, number in scored[:6]]
        return self._tempting[question.id]

    def _best(self, question: Question, passage: Passage, rng: random.Random) -> int:
        asked = _words(question.text)
        order = sorted(
            range(len(passage.sentences)), key=lambda i: -sum(self.weight[w] for w in asked & passage.words[i])
        )
        return order[0] if rng.random() < 0.75 else rng.choice(order)

    def _article(self, document: str) -> str:
        return document.split("#")[0] if "#" in document else self.passages[document].title or document


def load(folder: Path, sets: tuple[str, ...] = SETS) -> Questions:
    """Reads sets in the layout of `../shared/train`."""
    found = Questions()
    counts: Counter[str] = Counter()
    for name in sets:
        for row in _rows(folder / name / "corpus.jsonl"):
            spans = [Span(*span) for span in sentence_spans(row["text"])]
            words = [_words(row["text"][a:b]) for a, b in spans]
            counts.update(word for one in words for word in one)
            key = f"{name}/{row['id']}"
            found.passages[key] = Passage(row["title"], row["text"], spans, words)
            found.articles[found._article(key)].append(key)
        golds: dict[str, dict[str, list[Span]]] = defaultdict(dict)
        for row in _rows(folder / name / "qrels.jsonl"):
            spans = [Span(s["start"], s["end"]) for s in row.get("spans", ()) if s.get("start") is not None]
            if spans:
                golds[row["query"]][f"{name}/{row['doc']}"] = spans
        for row in _rows(folder / name / "queries.jsonl"):
            if row["answerable"] and row["id"] not in golds:
                continue
            context = f"{name}/{row['context_doc']}" if row.get("context_doc") else None
            answers = [a.lower() for a in row.get("answers", ()) if len(a) > 2]
            found.names[name] += names_in(row["text"])
            found.questions.append(Question(row["id"], row["text"], name, answers, golds.get(row["id"], {}), context))
    total = sum(counts.values())
    found.weight = defaultdict(float, {word: math.log(1 + total / 20 / n) for word, n in counts.items()})
    return found


def is_held_out(article: str) -> bool:
    """Whether an article, named `set/article`, is kept from training."""
    return zlib.crc32(article.encode()) % HELD_OUT == 0


def altered(question: str, rng: random.Random) -> str:
    """The question as people also type it: now and then without its mark, as keywords, with a slip of the finger."""
    draw = rng.random()
    if draw < 0.08:
        return question.rstrip(" ?")
    if draw < 0.13:
        kept = keywords(question)
        return kept if " " in kept else question
    if draw < 0.18 and len(question) > 12:
        at = rng.randrange(1, len(question) - 2)
        return question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return question


def _example(
    question: Question, asked: str, passage: Passage, window: Span, golds: list[Span], rng: random.Random
) -> Example:
    inside = [Span(a - window.start, b - window.start) for a, b in golds if window.start <= a and b <= window.end]
    title = passage.title if rng.random() < 0.8 else ""
    text = passage.text[window.start : window.end]
    return Example(asked, title, text, tuple(dict.fromkeys(inside)), question.set in _WHOLE)


def _around(passage: Passage, first: int, last: int, rng: random.Random) -> Span:
    """A run of sentences about some of them: everything, or up to three more on either side."""
    if rng.random() < 0.3:
        before, after = 8, 8
    else:
        before, after = rng.choice((0, 1, 1, 2, 3)), rng.choice((0, 1, 1, 2, 3))
    start = passage.sentences[max(0, first - before)].start
    return Span(start, passage.sentences[min(last + after, len(passage.sentences) - 1)].end)


def _sentence_at(passage: Passage, offset: int) -> int:
    return max((i for i, span in enumerate(passage.sentences) if span.start <= offset), default=0)


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _words(text: str) -> frozenset[str]:
    """Words without the ends that change most."""
    return frozenset(re.sub(r"(ing|ed|es|s)$", "", word) for word in _WORD.findall(text.lower()))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
