"""What Word's styles and numbering say of a paragraph: how deep a heading it is, whether it is hidden, its number.

This module does not know text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.parsing.ooxml import attribute, inside, local, number

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["Numbering", "Style", "child", "is_on", "numeral", "read_numbering", "read_styles"]

_HEADING = re.compile(r"(?i)^(?:heading|überschrift|titre|título|titolo|заголовок|标题)\s*(\d)")
_TITLES = ("title", "titel", "titre", "título")
_LISTS = re.compile(r"(?i)^(?:list|liste|lista|aufzählung|bullet)")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"))
_SMALL = (*_ROMAN, (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_UNSHOWN = frozenset(["bullet", "none"])


@dataclass(frozen=True, slots=True)
class Style:
    """`level` is 0 for the title, 1 and more for headings, None for the rest; `number` is (list id, level) or None."""

    title: bool = False
    level: int | None = None
    listed: bool = False
    hidden: bool = False
    number: tuple[str, int] | None = None


def child(element: _Element | None, *path: str) -> _Element | None:
    """The element at the end of a path of names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in inside(element) if local(one) == name), None)
    return element


def is_on(element: _Element | None) -> bool:
    """Whether a switch such as `w:vanish` is there and not turned off."""
    return element is not None and attribute(element, "val", "1").lower() not in ("0", "false", "off")


def read_styles(tree: _Element | None) -> dict[str, Style]:
    """By their ids; "" is the paragraph style where a paragraph names none."""
    if tree is None:
        return {}
    raw = {attribute(one, "styleId"): one for one in inside(tree) if local(one) == "style"}
    styles = {key: _style(key, raw) for key in raw}
    default = (
        key
        for key, one in raw.items()
        if attribute(one, "type") == "paragraph" and attribute(one, "default") in ("1", "true", "on")
    )
    styles[""] = styles.get(next(default, ""), Style())
    return styles


def _style(key: str, raw: dict[str, _Element]) -> Style:
    name = attribute(child(raw[key], "name"), "val")
    level, hidden, numbered, indent = None, False, None, None
    seen: set[str] = set()
    decided = False
    while key in raw and key not in seen:
        seen.add(key)
        about = raw[key]
        hidden = hidden or is_on(child(about, "rPr", "vanish"))
        outline = child(about, "pPr", "outlineLvl")
        heading = _HEADING.match(attribute(child(about, "name"), "val"))
        if not decided and (outline is not None or heading):
            at = number(attribute(outline, "val"), 9) if outline is not None else int(heading[1]) - 1  # type: ignore[index]
            level, decided = at + 1 if 0 <= at < 9 else None, True
        properties = child(about, "pPr", "numPr")
        if properties is not None:
            told = attribute(child(properties, "ilvl"), "val")
            indent = number(told) if indent is None and told else indent
            numbered = numbered or attribute(child(properties, "numId"), "val") or None
        key = attribute(child(about, "basedOn"), "val")
    number_at = (numbered, indent or 0) if numbered and numbered != "0" else None
    return Style(name.lower() in _TITLES, level, bool(_LISTS.match(name)), hidden, number_at)


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int
    restart: int | None  # after which level, 1 for the first, it begins anew; None: after any above


@dataclass(slots=True)
class Numbering:
    """Counts the numbered paragraphs of a document as Word does."""

    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by list id
    _shared: dict[str, str] = field(default_factory=dict)  # list id -> the abstract list that counts
    _starts: dict[str, dict[int, int]] = field(default_factory=dict)  # overridden
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, list_id: str, at: int) -> str:
        """The number of the next paragraph of a list at a level, "3.2" or "(a)"; empty for a bullet."""
        levels = self._levels.get(list_id, {})
        if at not in levels:
            return ""
        counts = self._counts.setdefault(self._shared[list_id], {})
        start = self._starts.get(list_id, {}).pop(at, None)
        if start is not None:
            counts[at] = start - 1
        counts[at] = counts.get(at, levels[at].start - 1) + 1
        for below in [level for level in counts if level > at]:
            after = levels[below].restart if below in levels else None
            if after is None or 0 < at + 1 <= after:
                del counts[below]
        if levels[at].form in _UNSHOWN:
            return ""
        legal = levels[at].text.endswith("\0")

        def value(match: re.Match[str]) -> str:
            level = int(match[1]) - 1
            form = levels[level].form if level in levels else "decimal"
            now = counts.get(level, levels[level].start if level in levels else 1)
            return numeral(now, "decimal" if legal and level != at else form)

        return re.sub(r"%([1-9])", value, levels[at].text.rstrip("\0")).strip()


def read_numbering(tree: _Element | None) -> Numbering:
    """The lists of a document."""
    found = Numbering()
    if tree is None:
        return found
    abstract = {attribute(one, "abstractNumId"): one for one in inside(tree) if local(one) == "abstractNum"}
    linked = {attribute(child(one, "styleLink"), "val"): key for key, one in abstract.items()}
    for one in (one for one in inside(tree) if local(one) == "num"):
        list_id, shared = attribute(one, "numId"), attribute(child(one, "abstractNumId"), "val")
        to = attribute(child(abstract.get(shared), "numStyleLink"), "val")
        shared = linked.get(to, shared) if to else shared
        levels = _levels(abstract.get(shared))
        for change in (each for each in inside(one) if local(each) == "lvlOverride"):
            at = number(attribute(change, "ilvl"))
            levels.update(_levels(change))
            start = child(change, "startOverride")
            if start is not None:
                found._starts.setdefault(list_id, {})[at] = number(attribute(start, "val"), 1)
        found._levels[list_id], found._shared[list_id] = levels, shared
    return found


def _levels(element: _Element | None) -> dict[int, _Level]:
    found = {}
    for one in () if element is None else (one for one in inside(element) if local(one) == "lvl"):
        after = child(one, "lvlRestart")
        text = attribute(child(one, "lvlText"), "val") + ("\0" if is_on(child(one, "isLgl")) else "")
        form = attribute(child(one, "numFmt"), "val", "decimal")
        start = number(attribute(child(one, "start"), "val"), 0)
        restart = None if after is None else number(attribute(after, "val"))
        found[number(attribute(one, "ilvl"))] = _Level(form, text, start, restart)
    return found


def numeral(value: int, form: str) -> str:
    """A number as "decimal", "lowerLetter", "upperRoman", ...; digits where the form is not known here."""
    if form in ("lowerLetter", "upperLetter") and 0 < value < 1000:
        letter = "abcdefghijklmnopqrstuvwxyz"[(value - 1) % 26] * ((value - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < value < 4000:
        said, rest = "", value
        for worth, sign in _SMALL:
            said += sign * (rest // worth)
            rest %= worth
        return said.upper() if form == "upperRoman" else said
    if form == "ordinal" and value > 0:
        ending = "th" if 10 < value % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
        return f"{value}{ending}"
    return f"{value:02}" if form == "decimalZero" else "" if form in _UNSHOWN else str(value)
