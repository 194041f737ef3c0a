"""The cases of an epoch in tokens, in a file that training reads in batches.

An epoch's file is made once and is the same for the same data and number. This module does not know what is learnt.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.models.onnx import TokenizerFile
from rag.models.reader import STATEMENT, rows_of
from rag.types import Window
from training.cases import Case, cases_of, kind_of, of_pair, of_question, of_sheets, of_statement
from training.material import PAIRS, Material, pairs, turn
from training.statements import statements
from training.windows import load as load_questions

__all__ = ["Packed", "batches", "epoch", "held_out", "packed", "read", "write"]

_STATEMENT_SETS = ("squad2_dev", "squad1_dev", "nq_oracle", "selqa")
_SHEETS, _STATEMENTS = 1500, 3500  # in an epoch
_SHORT = {"fool_me_twice": ("not_enough", 0.2)}  # labels that are not certain, and what share of them is used


class Packed(NamedTuple):
    """A case in tokens. `starts`, `ends`: where gold answers start and end, 0 for none, None for not known;
    `sentences`: first token, token after the last, and how surely it is evidence, negative for not known.
    """

    ids: list[int]
    head: int
    first: int
    starts: list[int] | None
    ends: list[int] | None
    sentences: list[tuple[int, int, float]]
    answerable: float | None
    relevant: float | None
    verdict: int | None
    set: str
    cause: str
    kind: str


def packed(tokenizer: TokenizerFile, cases: Sequence[Case]) -> list[Packed]:
    """Cases in tokens, in the same order."""
    found: list[Packed | None] = [None] * len(cases)
    for said in (False, True):
        mine = [i for i, case in enumerate(cases) if (case.verdict is not None) == said]
        windows = [Window(cases[i].title, cases[i].text, ()) for i in mine]
        longest = {"longest": STATEMENT} if said else {}
        for i, row in zip(mine, rows_of(tokenizer, [cases[i].asked for i in mine], windows, **longest), strict=True):
            found[i] = _packed(cases[i], row)
    return [one for one in found if one is not None]


def _packed(case: Case, row: Any) -> Packed:
    starts = [a for a, _ in row.offsets]
    sentences = []
    for span, sure in zip(case.sentences, case.evidence or (), strict=False):
        a, b = np.searchsorted(starts, span, "left")
        if a < b:
            sentences.append((row.first + int(a), row.first + int(b), sure))
    golds = None if case.answers is None else _golds(case, row)
    kind = kind_of(case.asked) if case.verdict is None else "statement"
    starts_at, ends_at = golds or (None, None)
    return Packed(
        row.ids, row.head, row.first, starts_at, ends_at, sentences,
        case.answerable, case.relevant, case.verdict, case.set, case.cause, kind,
    )  # fmt: skip


def _golds(case: Case, row: Any) -> tuple[list[int], list[int]] | None:
    """Tokens at which gold answers start and end; None where the window was cut before them."""
    starts: set[int] = set()
    ends: set[int] = set()
    for a, b in case.answers or ():
        held = [row.first + n for n, (s, e) in enumerate(row.offsets) if s < b and a < e]
        if held and (row.offsets[held[-1] - row.first][1] >= b or case.whole):
            starts.update(held if case.whole else held[:1])
            ends.update(held if case.whole else held[-1:])
    if case.answers and not starts:
        return None
    return sorted(starts) or [0], sorted(ends) or [0]


def epoch(material: Material, folder: Path, tokenizer: TokenizerFile, number: int, share: float = 1.0) -> list[Packed]:
    """The cases of an epoch in the order in which they are learnt; `share`: only so much of each kind."""
    rng = random.Random(number)
    cases = list(cases_of(material, material.split(held_out=False), number))
    cases += of_sheets(rng, _SHEETS)
    cases += _pairs(folder, number)
    cases += _statements(folder, rng, _STATEMENTS, held_out=False)
    rng.shuffle(cases)
    return packed(tokenizer, cases[: round(share * len(cases))])


def _pairs(folder: Path, number: int) -> Iterator[Case]:
    for pair in pairs(folder, held_out=False):
        label, less = _SHORT.get(pair.set, ("", 1.0))
        share = PAIRS[pair.set][0] * (less if label and PAIRS[pair.set][1][label] == pair.verdict else 1.0)
        if turn(f"{pair.set}/{pair.id}", share, number):
            yield of_pair(pair)


def held_out(material: Material, folder: Path, most: int) -> list[Case]:
    """Cases of what is not trained on, of every set about so many questions; always the same.

    Of the set whose near misses have a cause that a person wrote down, four times as many.
    """
    rng = random.Random(7)
    cases: list[Case] = []
    questions = sorted(material.split(held_out=True), key=lambda question: question.set)
    for name, group in itertools.groupby(questions, key=lambda question: question.set):
        mine, wanted = list(group), 4 * most if name == "squad2_dev" else most
        for question in rng.sample(mine, min(wanted, len(mine))):
            cases += of_question(material, question, random.Random(question.id))
    of_sets: dict[str, list[Case]] = {}
    for pair in pairs(folder, held_out=True):
        of_sets.setdefault(pair.set, []).append(of_pair(pair))
    for some in of_sets.values():
        cases += rng.sample(some, min(most, len(some)))
    return cases + _statements(folder, rng, 2 * most, held_out=True)


def _statements(folder: Path, rng: random.Random, most: int, *, held_out: bool) -> list[Case]:
    known = load_questions(folder, tuple(name for name in _STATEMENT_SETS if (folder / name).exists()))
    made = list(statements(known, held_out, rng))
    return [of_statement(one, rng) for one in rng.sample(made, min(most, len(made)))]


def batches(rows: Sequence[Packed], tokens: int, seed: int) -> list[list[Packed]]:
    """Batches of about `tokens` tokens, of rows of like length, in random order."""
    rng = random.Random(seed)
    made: list[list[Packed]] = []
    for at in range(0, len(rows), 2048):
        part: list[list[Packed]] = [[]]
        for row in sorted(rows[at : at + 2048], key=lambda row: len(row.ids)):
            if (len(part[-1]) + 1) * len(row.ids) > tokens:
                part.append([])
            part[-1].append(row)
        rng.shuffle(part)
        made += part
    return made


def write(path: Path, rows: Iterable[Packed]) -> None:
    """Keeps rows in a file, one a line."""
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
    fresh.replace(path)


def read(path: Path) -> list[Packed]:
    """The rows of a file."""
    with path.open(encoding="utf-8") as file:
        return [Packed(*json.loads(line)) for line in file]
