"""Examples in which the same is told of somebody else: names exchanged for like ones, years moved, all alike.

A reader that has seen a few thousand questions several times knows them by their names. Exchanged in question, title
and text at once, names and years tell it nothing and the answer stays where it is. A name becomes one that a static
word embedding takes for its like (a first name another first name, a town another town). This module does not know what
is learnt from the examples.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.language import NAMES
from rag.models.onnx import TokenizerFile
from rag.types import Span
from training.windows import Example

__all__ = ["Renamer", "exchanged"]

_WORD = re.compile(r"[^\W\d_]+")
_INSIDE = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}\b")  # capitalised and not because a sentence starts
_YEAR = re.compile(r"\b(?:1[1-9]|20)\d\d\b")
_LIKE = 60  # how many neighbours a name is exchanged for
_LEAST = 3  # how often a word must be seen to be taken for a name
_KEPT = frozenset((*NAMES, "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))


class Renamer:
    """Exchanges the names of examples; `table`: the embedding of each of the tokenizer's tokens, `(vocabulary, d)`."""

    def __init__(self, texts: Iterable[str], tokenizer: TokenizerFile, table: npt.NDArray[np.float32]) -> None:
        inside: Counter[str] = Counter()
        small: Counter[str] = Counter()
        for text in texts:
            inside.update(_INSIDE.findall(text))
            small.update(word for word in _WORD.findall(text) if word.islower())
        self._names = [
            word
            for word, n in sorted(inside.items())
            if n >= _LEAST and 20 * small[word.lower()] <= n and word not in _KEPT
        ]
        self._number = {word: i for i, word in enumerate(self._names)}
        pieces = tokenizer.encode(self._names, special=False)
        means = np.stack([table[one.ids].mean(0) for one in pieces])
        self._vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        self._near: dict[str, list[str]] = {}

    def __call__(self, example: Example, rng: random.Random) -> Example:
        """The example told of others, or as it is where it has no name or year that can be exchanged."""
        whole = f"{example.question} {example.title} {example.text}"
        words = sorted(set(_WORD.findall(whole)))
        lower = {word for word in words if word.islower()}
        capital = [word for word in words if word[0].isupper()]
        new: dict[str, str] = {}
        for word in capital:
            kin = [other for other in capital if other != word and other[:3] == word[:3]]
            if word in self._number and not kin and word.lower() not in lower and rng.random() < 0.8:
                other = rng.choice(self._like(word))
                if other not in words and other not in new.values():
                    new[word] = other
        years = {int(year) for year in _YEAR.findall(whole)}
        if years and rng.random() < 0.7:
            moved = rng.choice((-1, 1)) * rng.randint(1, 25)
            if max(years) + moved < 2100 and min(years) + moved >= 1100:
                new.update({str(year): str(year + moved) for year in years})
        return exchanged(example, new) if new else example

    def _like(self, name: str) -> Sequence[str]:
        if name not in self._near:
            likeness: Any = self._vectors @ self._vectors[self._number[name]]
            order = np.argsort(-likeness)[1 : _LIKE + 1]
            self._near[name] = [self._names[i] for i in order]
        return self._near[name]


def exchanged(example: Example, new: dict[str, str]) -> Example:
    """The example with whole words exchanged, and its answers where they then are."""
    shape = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(new)))})\b")
    moves: list[tuple[int, int, int]] = []  # start and end of what was exchanged, and by how much what follows moved

    def put(found: re.Match[str]) -> str:
        moves.append((found.start(), found.end(), len(new[found[0]]) - len(found[0])))
        return new[found[0]]

    question, title = (shape.sub(lambda found: new[found[0]], one) for one in (example.question, example.title))
    text = shape.sub(put, example.text)

    def start(offset: int) -> int:
        return offset + sum(by for _, end, by in moves if end <= offset)

    def end(offset: int) -> int:
        return offset + sum(by for first, _, by in moves if first < offset)

    answers = tuple(Span(start(a), end(b)) for a, b in example.answers)
    return Example(question, title, text, answers, example.whole)
