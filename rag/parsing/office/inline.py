"""What a paragraph of an office file says, what is left out of it, and what hangs on it.

This module does not know any file format.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.types import LeftKind

__all__ = ["Hanging", "Inline", "with_reading"]

_RUBY = re.compile("(?:\ue002[^\ue000]*\ue000[^\ue001]*\ue001)+")

HangingKind: TypeAlias = Literal["footnote", "endnote", "box", "chart", "diagram", "words"]


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on a paragraph: `key` is the id of a note or of a part, or the words themselves."""

    kind: HangingKind
    key: str = ""
    element: _Element | None = None
    marked: bool = False  # a note whose mark is written in the text


@dataclass(slots=True)
class Inline:
    """Pieces of text in order, each said ("") or left out as a kind; and what hangs on them."""

    pieces: list[tuple[LeftKind | Literal[""], str]] = field(default_factory=list)
    hanging: list[Hanging] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is said."""
        said = "".join(text for kind, text in self.pieces if not kind)
        return _RUBY.sub(_ruby, said) if "\ue002" in said else said

    def left(self) -> list[tuple[LeftKind, str]]:
        """What is left out, neighbours together."""
        runs = ((kind, "".join(text for _, text in run)) for kind, run in groupby(self.pieces, key=lambda one: one[0]))
        return [(kind, text) for kind, text in runs if kind]


def with_reading(base: str, reading: str) -> str:
    """Words with their reading, as pieces keep them until their neighbours are known."""
    return f"\ue002{base}\ue000{reading}\ue001"


def _ruby(match: re.Match[str]) -> str:
    """Words with their reading behind them, of neighbours together: "東京(とうきょう)"."""
    pairs = re.findall("\ue002([^\ue000]*)\ue000([^\ue001]*)\ue001", match[0])
    return "".join(base for base, _ in pairs) + f"({''.join(reading for _, reading in pairs)})"
