"""The numbers that lists and headings of an OpenDocument are shown with. This module does not know text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.parsing.office.word_styles import numeral
from rag.parsing.ooxml import attribute, inside, local, number

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["Lists", "read_lists"]

_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
OUTLINE = "\0outline"  # the list that headings are in


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    before: str
    after: str
    levels: int  # how many are shown
    start: int


@dataclass(slots=True)
class Lists:
    """Counts items; a list without a name of its own has that of the one around it."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def begin(self, style: str, level: int, *, goes_on: bool = False) -> None:
        """A list begins at a level, from 1."""
        if not goes_on:
            self._counts.setdefault(style, {}).pop(level, None)

    def label(self, style: str, level: int, start: str = "") -> str:
        """The number of the next item, "2.1" or "(a)"; empty for a bullet."""
        levels = self.levels.get(style, {})
        counts = self._counts.setdefault(style, {})
        about = levels.get(level)
        first = about.start if about else 1
        counts[level] = number(start, first) if start else counts.get(level, first - 1) + 1
        for below in [each for each in counts if each > level]:
            del counts[below]
        if about is None or not about.form:
            return ""
        shown = [
            numeral(counts.get(each, 1), _FORMS.get(levels[each].form, "decimal"))
            for each in range(level - about.levels + 1, level + 1)
            if each in levels and levels[each].form
        ]
        return f"{about.before}{'.'.join(shown)}{about.after}".strip()


def read_lists(*trees: _Element | None) -> Lists:
    """The list styles of the parts, the outline of headings among them."""
    found = Lists()
    for tree in trees:
        for style in () if tree is None else tree.iter("{*}list-style", "{*}outline-style"):
            name = OUTLINE if local(style) == "outline-style" else attribute(style, "name")
            found.levels[name] = {number(attribute(one, "level"), 1): _level(one) for one in inside(style)}
    return found


def _level(element: _Element) -> _Level:
    numbered = local(element) in ("list-level-style-number", "outline-level-style")
    form = attribute(element, "num-format") if numbered else ""
    before, after = attribute(element, "num-prefix"), attribute(element, "num-suffix")
    shown, start = (number(attribute(element, name), 1) for name in ("display-levels", "start-value"))
    return _Level(form, before, after, max(1, min(shown, 10)), start)
