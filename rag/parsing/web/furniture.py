"""What in a page is no part of its article: consent texts, navigation, advertisement, hidden text, frames.

Names of classes and what banners say are data (`furniture.txt`, `consent.txt`). This module does not know which part of
a page is the article.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.parsing.ledger import Ledger, word_count
from rag.parsing.web.measure import BLOCKS, Measure, Measures, measure, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.types import LeftKind

__all__ = ["cut_unseen", "furniture_of"]

_KEPT_WHEN_HIDDEN = re.compile(r"(?i)\btab|accordion|collaps|panel|faq|expand|toggle|slide|spoiler")
_HIDING = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden")
_NAVIGATING = ("navigation", "search", "menu", "menubar")
_LANDMARKS = ("banner", "contentinfo", "complementary")
_SILENT = ("script", "style", "title", "link", "meta", "base")
_FRAMES = ("iframe", "frame", "object", "embed")
_UNSEEN: tuple[tuple[str, LeftKind], ...] = (
    ("noscript", "hidden text"),
    ("template", "hidden text"),
    ("svg", "picture"),
    ("del", "tracked deletion"),
    ("s", "tracked deletion"),
    ("strike", "tracked deletion"),
    ("button", "navigation"),
    ("select", "navigation"),
    ("datalist", "navigation"),
)
_HEADS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"])
_WRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]").sub  # what may be read from a tree, not written
_FEW = 25  # words; so little may be a banner that says nothing of consent in our words

_LONGEST = 3000  # characters of a paragraph of a banner


@cache
def _consent() -> re.Pattern[str]:
    lines = (Path(__file__).parent / "consent.txt").read_text("utf-8").splitlines()
    return re.compile("(?i)" + "|".join(f"(?:{line})" for line in lines if line and not line.startswith("#")))


@cache
def _names() -> dict[str, re.Pattern[str]]:
    lines = (Path(__file__).parent / "furniture.txt").read_text("utf-8").splitlines()
    parts = (line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    ends = {"consent": r"(?:[-_].*)?"}
    return {need: re.compile(rf"(?i)(?:{words}){ends.get(need, r'(?:[-_]?[0-9]+)?')}") for need, words in parts}


def _is_consent_text(text: str, inside: bool) -> bool:
    """Whether a text speaks as banners do: of two things, one in sixty words at least, or in few words of one.

    `inside` an article it must speak of three, one in thirty words.
    """
    said = {match[0].lower() for match in _consent().finditer(text)}
    words = word_count(text)
    if inside:
        return len(said) >= 3 and words < 30 * len(said)
    return (len(said) >= 2 and words < 60 * len(said)) or (len(said) == 1 and words <= _FEW)


def cut_unseen(tree: _Element, ledger: Ledger) -> None:
    """Takes out of the tree what no reader sees or what is no text: scripts, frames, hidden and struck text, controls.

    What had words in it is told in the ledger.
    """
    for element in list(tree.iter(*_SILENT)):
        _remove(element)
    for element in list(tree.iter("head")):  # the parser puts there what it does not know, such as <main>
        element.tag = "div"
    for element in list(tree.iter(*_FRAMES)):
        place = element.get("title") or element.get("src") or element.get("data") or ""
        if text_of(element) or not place.startswith(("about:", "javascript:")):
            ledger.leave("frame", text_of(element), place[:80])
        _remove(element)
    for tag, kind in _UNSEEN:
        for element in list(tree.iter(tag)):
            if element.get("shadowrootmode"):  # what a component shows, as pages are saved today
                element.tag = "div"
            elif tag != "button" or not any(holder.tag in _HEADS for holder in element.iterancestors()):
                _leave(element, kind, ledger)
    _cut_hidden(tree, ledger)


def _cut_hidden(tree: _Element, ledger: Ledger) -> None:
    hidden = [element for element in tree.iter() if _is_hidden(element)]
    if not hidden:
        return
    facts = measure(tree)
    for element in hidden:
        name = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
        mine = facts.get(element)
        # Pages are hidden until a script has run, or while a banner lies over them.
        if mine and not (mine.articles or mine.words > 0.5 * facts[tree].words or _KEPT_WHEN_HIDDEN.search(name)):
            _leave(element, "consent text" if _is_consent_text(text_of(element), False) else "hidden text", ledger)


def _is_hidden(element: _Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in ("html", "body", "details"):
        return False
    return element.get("hidden") not in (None, "until-found") or bool(_HIDING.search(element.get("style") or ""))


def furniture_of(body: _Element, facts: Measures, *, about_privacy: bool) -> dict[_Element, LeftKind]:
    """The elements that are consent text, navigation, advertisement or readers' comments; none inside another.

    A page `about_privacy` speaks of cookies itself, so that only what is labelled as a banner is one.
    """
    found: dict[_Element, LeftKind] = {}
    spoken = {} if about_privacy else _consenting(body)

    def walk(element: _Element, inside: bool) -> None:
        for child in element:
            if child not in facts or not facts[child].words:
                continue
            kind = _kind(child, facts, inside, facts[body].words, spoken)
            if kind:
                found[child] = kind
            else:
                walk(child, inside or facts[child].article)

    walk(body, False)
    return found


def _kind(element: _Element, facts: Measures, inside: bool, total: int, spoken: dict[_Element, int]) -> LeftKind | None:
    """What kind of furniture an element is, if it is any; `inside` an article less of it is."""
    mine = facts[element]
    if mine.articles or element.tag in ("html", "body"):
        return None
    if _is_consent(element, mine, inside, spoken):
        return "consent text"
    role = element.get("role") or ""
    if element.tag == "nav" or role in _NAVIGATING:
        return "navigation"
    if mine.headed:
        return None
    if (element.tag in ("header", "footer", "aside") or role in _LANDMARKS) and not inside:
        return "navigation"
    if _is_named(element, "comments") and mine.words < 0.5 * total:
        return "comment"
    linked = mine.linked >= 0.5 * mine.words and mine.words < 0.5 * total and _is_named(element, "links")
    return "navigation" if (linked and not _heads(element)) or _is_named(element, "always") else None


def _heads(element: _Element) -> bool:
    """Whether an element is or stands in a heading: many pages make each of theirs a link to itself."""
    if any(above.tag in _HEADS for above in element.iterancestors()):
        return True
    return element.tag in _HEADS and all((link.get("href") or "").startswith("#") for link in element.iter("a"))


def _is_named(element: _Element, need: str) -> bool:
    tokens = [*(element.get("class") or "").split(), *(element.get("id") or "").split()]
    if "-" in element.tag:
        tokens.append(element.tag)
    return any(_means(token, need) for token in tokens)


@lru_cache(maxsize=20_000)  # a page has few names, many times
def _means(token: str, need: str) -> bool:
    pattern = _names()[need]
    return bool(pattern.fullmatch(token) or pattern.fullmatch(re.split("__|--", token)[0]))


def _is_consent(element: _Element, mine: Measure, inside: bool, spoken: dict[_Element, int]) -> bool:
    if _is_named(element, "consent"):
        return mine.words < _FEW or _consent().search(text_of(element)) is not None
    if element.tag == "dialog" or element.get("role") in ("dialog", "alertdialog") or element.get("aria-modal"):
        return _consent().search(text_of(element)) is not None
    said = spoken.get(element, 0)
    rest = mine.words - said
    if element.tag not in BLOCKS or said <= rest or rest > max(_FEW, 0.35 * mine.words):
        return False
    if rest > _FEW / 2 and any(spoken.get(child, 0) >= 0.9 * said for child in element):
        return False  # the banner is one of its parts
    return _is_consent_text(text_of(element), inside) and not (mine.headed and _has_only_heading(element))


def _has_only_heading(element: _Element) -> bool:
    """Whether the page has no heading of the first level but in this element."""
    root = element.getroottree().getroot()
    return sum(1 for _ in root.iter("h1")) == sum(1 for _ in element.iter("h1"))


def _consenting(body: _Element) -> dict[_Element, int]:
    """For each element, how many of its words stand in innermost blocks that say what banners say."""
    counts: dict[_Element, int] = {}
    for element in body.iter():
        if element.tag not in BLOCKS or any(inner.tag in BLOCKS for inner in element):
            continue
        text = text_of(element)
        said = len(_consent().findall(text)) if 0 < len(text) < _LONGEST else 0
        if said and word_count(text) < 60 * said:
            for holder in (element, *element.iterancestors()):
                counts[holder] = counts.get(holder, 0) + word_count(text)
    return counts


def _leave(element: _Element, kind: LeftKind, ledger: Ledger) -> None:
    text = text_of(element)
    if word_count(text):
        ledger.leave(kind, text)
    _remove(element)


def _remove(element: _Element) -> None:
    """Takes an element out of its tree; what follows it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = _WRITABLE("", (before.tail or "") + element.tail)
    elif element.tail:
        parent.text = _WRITABLE("", (parent.text or "") + element.tail)
    parent.remove(element)
