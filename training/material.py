"""Everything that the reader is taught with, read from sets in the layout of `../shared/train`.

What each set is good for stands in `SETS`: how much of it an epoch sees, what its sentences are, and whether its gold
is the exact words, a sentence, or a passage that answers as a whole. Passages are split into sentences when they are
first needed. This module does not know what windows are cut or what is learnt from them.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rag.language import sentence_spans
from rag.types import Span
from training.twisted import names_in
from training.windows import is_held_out

__all__ = [
    "CARRIED",
    "CONTRADICTED",
    "NEITHER",
    "NOT_CARRIED",
    "PAIRS",
    "SETS",
    "Asked",
    "Material",
    "Pair",
    "Passage",
    "Rule",
    "load",
    "pairs",
    "turn",
    "words_of",
]

_WORD = re.compile(r"\w+")
_LONG_LINE = 400  # characters; what is longer is split into sentences
_COMMON = 0.03  # a word that so large a share of the passages has finds none of them


class Rule(NamedTuple):
    """How a set is used: the share of its questions in an epoch, what a sentence of it is, and what its gold is."""

    share: float
    sentences: Literal["prose", "lines"] = "prose"
    gold: Literal["words", "sentence", "passage"] = "words"
    table: bool = False


SETS = {
    "squad2_dev": Rule(0.5),
    "squad2_train_piece": Rule(0.5),
    "squad1_dev": Rule(0.4),
    "squad1_train_piece": Rule(0.4),
    "shifts_wiki": Rule(0.35),
    "nq_oracle": Rule(0.8),
    "nq_complex": Rule(0.6, gold="passage"),
    "selqa": Rule(0.8, gold="sentence"),
    "medquad": Rule(0.4, gold="passage"),
    "covidqa": Rule(0.5),
    "qmsum": Rule(1.0, "lines", "passage"),
    "boolq_contrast": Rule(1.0, gold="passage"),
    "policyqa": Rule(0.12, gold="sentence"),
    "qamr": Rule(0.04),
    "molweni_test": Rule(0.15),
    "friendsqa": Rule(0.2, "lines"),
    "ropes_contrast": Rule(0.2),
    "quoref_contrast": Rule(0.4),
    "quoref_original": Rule(0.4),
    "drop_contrast": Rule(0.4),
    "wtq": Rule(0.04, "lines", table=True),
    "tatqa": Rule(0.08, "lines", table=True),
    "aitqa": Rule(0.3, "lines", table=True),
    "fetaqa": Rule(0.1, "lines", table=True),
}
"""Shares are chosen so that no set outweighs the questions of people who did not see the answer when they asked."""

CARRIED, CONTRADICTED, NEITHER, NOT_CARRIED = 0, 1, 2, 3
PAIRS = {
    "snli": (0.1, {"entailment": CARRIED, "contradiction": CONTRADICTED, "neutral": NEITHER}),
    "fool_me_twice": (0.5, {"entailment": CARRIED, "contradiction": CONTRADICTED, "not_enough": NEITHER}),
    "begin": (0.4, {"attributable": CARRIED, "not_attributable": NOT_CARRIED}),
    "scitail": (0.4, {"entailment": CARRIED, "neutral": NOT_CARRIED}),
    "fever_symmetric": (0.8, {"entailment": CARRIED, "contradiction": CONTRADICTED}),
}
"""The share of a set's pairs in an epoch, and what its labels mean. `NOT_CARRIED`: it is not known which of the two."""


@dataclass(slots=True)
class Passage:
    """A row of a corpus with its sentences and the words of each."""

    id: str
    title: str
    text: str
    sentences: list[Span]
    words: list[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its gold spans by passage, and the passage that comes near where nothing answers."""

    id: str
    set: str
    text: str
    answers: tuple[str, ...]
    golds: dict[str, tuple[Span, ...]]
    context: str | None
    cause: str = ""  # why nothing answers, where a person said so
    kind: str = ""  # what is asked about a thing, where the set says so

    @property
    def article(self) -> str:
        """What decides whether it is held out."""
        return (self.context or min(self.golds, default="")).split("#")[0]


class Pair(NamedTuple):
    """A premise, a statement, and what the premise says to it."""

    id: str
    set: str
    premise: str
    statement: str
    verdict: int


@dataclass(slots=True)
class Material:
    """Questions, passages, and what of one finds the other."""

    rows: dict[str, tuple[str, str]] = field(default_factory=dict)  # title and text of each passage
    questions: list[Asked] = field(default_factory=list)
    weight: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _passages: dict[str, Passage] = field(default_factory=dict)
    _found_by: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    _names: dict[str, list[str]] = field(default_factory=dict)
    _members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def passage(self, key: str) -> Passage:
        """The passage `set/id`, in sentences."""
        if key not in self._passages:
            title, text = self.rows[key]
            spans = _sentences(text, SETS[key.split("/")[0]].sentences)
            found = [words_of(text[a:b]) for a, b in spans]
            self._passages[key] = Passage(key, title.replace("_", " "), text, spans, found)
        return self._passages[key]

    def split(self, held_out: bool) -> list[Asked]:
        """The questions to train on, or the others; an article lies on one side as a whole."""
        return [q for q in self.questions if _is_held_out(q.article) == held_out]

    def near(self, question: Asked, most: int = 6) -> list[str]:
        """Other passages of its set that share most of its words and hold none of its answers."""
        scores: Counter[str] = Counter()
        for word in words_of(question.text):
            for key in self._found_by.get((question.set, word), ()):
                scores[key] += self.weight[word]  # type: ignore[assignment]
        own = set(question.golds) | {question.context}
        found = [key for key, _ in scores.most_common(4 * most) if key not in own and not self._holds(key, question)]
        return found[:most]

    def _holds(self, key: str, question: Asked) -> bool:
        title, text = self.rows[key]
        if not question.answers:  # nothing tells whether it answers but that it is about something else
            own = next(iter(question.golds), question.context) or ""
            beside = bool(question.kind) and own.rsplit("_", 1)[0] == key.rsplit("_", 1)[0]
            return bool(title) and title == self.rows[own][0] and not beside
        lower = text.lower()
        return any(answer in lower for answer in question.answers)

    def names(self, key: str) -> list[str]:
        """Names in the article of a passage."""
        article = key.split("#")[0]
        if article not in self._names:
            texts = [self.rows[member][1] for member in self._members[article][:30]]
            self._names[article] = sorted({name.rstrip(".'") for text in texts for name in names_in(text[:4000])})
        return self._names[article]


def load(folder: Path) -> Material:
    """Reads the sets that are there. Every fifth table is left out, by the hash of its id."""
    found = Material()
    for name in SETS:
        if not (folder / name).exists():
            continue
        _load_passages(found, folder / name, SETS[name])
        _load_questions(found, folder / name, SETS[name])
    return found


def _load_passages(found: Material, folder: Path, rule: Rule) -> None:
    counts: Counter[str] = Counter()
    words = {}
    for row in _rows(folder / "corpus.jsonl"):
        if rule.table and zlib.crc32(row["id"].encode()) % 5 == 0:
            continue
        key = f"{folder.name}/{row['id']}"
        found.rows[key] = row["title"], row["text"]
        found._members[key.split("#")[0]].append(key)
        words[key] = words_of(row["text"])
        counts.update(words[key])
    for word, n in counts.items():
        found.weight[word] = max(found.weight[word], math.log(1 + len(words) / n))
    for key, held in words.items():
        for word in held:
            if counts[word] <= max(20, _COMMON * len(words)):
                found._found_by[folder.name, word].append(key)


def _load_questions(found: Material, folder: Path, rule: Rule) -> None:
    name = folder.name
    golds: dict[str, dict[str, tuple[Span, ...]]] = defaultdict(dict)
    for row in _rows(folder / "qrels.jsonl"):
        key = f"{name}/{row['doc']}"
        if key in found.rows:
            spans = tuple(Span(s["start"], s["end"]) for s in row.get("spans", ()) if s.get("start") is not None)
            if not spans and rule.gold == "passage":
                spans = (Span(0, len(found.rows[key][1])),)
            if spans:
                golds[row["query"]][key] = spans
    causes = folder / "causes.jsonl"
    why = {row.get("query", row.get("id")): _cause(row) for row in _rows(causes)} if causes.exists() else {}
    for row in _rows(folder / "queries.jsonl"):
        context = f"{name}/{row['context_doc']}" if row.get("context_doc") else None
        if (row["answerable"] and row["id"] not in golds) or (context and context not in found.rows):
            continue
        words = rule.gold == "words"
        answers = tuple(a.lower() for a in row.get("answers", ()) if 2 < len(a) < 60) if words else ()
        known = golds.get(row["id"], {})
        if not known and not context:
            continue
        cause, kind = why.get(row["id"], ""), row.get("qtype", "")
        found.questions.append(Asked(f"{name}/{row['id']}", name, row["text"], answers, known, context, cause, kind))


def _is_held_out(article: str) -> bool:
    """As `training.windows`, and whatever asks about the same article of SQuAD's dev half."""
    name, _, rest = article.partition("/")
    alike = ("squad2_dev", "squad1_dev") if name in ("squad2_dev", "squad1_dev") else (name,)
    return any(is_held_out(f"{one}/{rest}") for one in alike)


def _cause(row: dict[str, Any]) -> str:
    return str(row.get("cause") or row.get("label") or "")


def pairs(folder: Path, held_out: bool) -> Iterator[Pair]:
    """Premises and statements to train on, or the others: every twelfth premise, by its hash."""
    for name, (_, labels) in PAIRS.items():
        if not (folder / "pairs" / f"{name}.jsonl").exists():
            continue
        for row in _rows(folder / "pairs" / f"{name}.jsonl"):
            premise = row["premise"].replace(" ,", ",").replace(" .", ".")
            if (zlib.crc32(premise.encode()) % 12 == 0) == held_out:
                yield Pair(row["id"], name, premise, row["hypothesis"], labels[row["label"]])


def turn(key: str, share: float, epoch: int) -> bool:
    """Whether something has its turn in an epoch; all have had it after `1 / share` epochs."""
    place = zlib.crc32(key.encode()) / 2**32
    return (place - epoch * share) % 1.0 < share


def words_of(text: str) -> frozenset[str]:
    """Words without the ends that change most."""
    return frozenset(re.sub(r"(ing|ed|es|s)$", "", word) for word in _WORD.findall(text.lower()))


def _sentences(text: str, how: str) -> list[Span]:
    if how == "prose":
        return [Span(*span) for span in sentence_spans(text)]
    found = []
    for line in re.finditer(r"[^\n]*\S[^\n]*", text):
        if line.end() - line.start() > _LONG_LINE and " | " not in line[0]:
            found += [Span(*span) for span in sentence_spans(text, line.start(), line.end())]
        else:
            found.append(Span(line.start(), line.end()))
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]
