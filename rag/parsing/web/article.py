"""Which part of a page is its article: what the page declares, or what trafilatura finds, the longer honest one.

Either is widened until nothing of weight stands beside it: what is left out must be menus, not half of a forum. This
module does not know how text becomes blocks.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from rag.parsing.ledger import Ledger
from rag.parsing.web.furniture import cut_unseen, furniture_of
from rag.parsing.web.measure import Measures, measure, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

    from rag.types import LeftKind

__all__ = ["find_article"]

_ABOUT_PRIVACY = re.compile(r"(?i)cookie|privacy|gdpr|consent|datenschutz|dsgvo|confidentialité|privacidad|rgpd")
_LITTLE = 25  # words that an article has at least; with fewer, what looked like furniture may be the page
_LONGER = 1.25  # times the declared article that trafilatura must find for the declaration to be doubted
_BESIDE = 0.05  # of an element's words that may stand beside it, in prose, and be left out
_MOST = 0.9  # of the words that trafilatura finds must be in an element, for it to hold the article
_MANY = 30_000  # elements, for which trafilatura needs minutes
_CUT = "data-cut"


def find_article(tree: _Element, title: str, ledger: Ledger) -> tuple[_Element, Mapping[_Element, LeftKind]]:
    """The element that holds the article, and what in it is none of it; all that is left out is told in the ledger."""
    cut_unseen(tree, ledger)
    furniture = furniture_of(tree, measure(tree), about_privacy=bool(_ABOUT_PRIVACY.search(title)))
    facts = measure(tree, furniture)
    if facts[tree].own < _LITTLE:
        furniture = _restored(tree, furniture)
        facts = measure(tree, furniture)
    root = _root(tree, facts, furniture)
    if not facts[root].articles and facts[root].own >= _LITTLE / 3:
        _trim_edges(root, facts, furniture)
    for element, kind in furniture.items():
        ledger.leave(kind, text_of(element))
    _tell_outside(tree, root, furniture, ledger)
    return root, furniture


def _restored(body: _Element, furniture: dict[_Element, LeftKind]) -> dict[_Element, LeftKind]:
    """Only what is surely furniture, where little else is on the page: it may be a list of links, or of teasers."""
    sure: dict[_Element, LeftKind] = {
        element: kind for element, kind in furniture.items() if kind == "consent text" or element.tag == "nav"
    }
    return sure if measure(body, sure)[body].words else {}


def _root(body: _Element, facts: Measures, furniture: Mapping[_Element, LeftKind]) -> _Element:
    declared = _declared(body, facts)
    if declared is not None and facts[body].words <= _LONGER * facts[declared].words:
        return declared  # nothing longer can be found
    found = _found_by_trafilatura(body, furniture) if len(facts) < _MANY else Counter()
    if declared is not None and facts[declared].words and found.total() <= _LONGER * facts[declared].words:
        return declared
    return _narrowed(body, facts, found) if found else body


def _declared(body: _Element, facts: Measures) -> _Element | None:
    """What the page declares as its article; of several, what holds them all."""
    parts = [element for element, fact in facts.items() if fact.article and fact.words]
    mains = [element for element in parts if element.tag == "main" or element.get("role") == "main"]
    parts = mains or parts
    outer = [part for part in parts if not any(holder in parts for holder in part.iterancestors())]
    if not outer:
        return None
    if len(outer) == 1:
        return outer[0]
    chains = [set(part.iterancestors()) for part in outer]
    return next((one for one in outer[0].iterancestors() if all(one in chain for chain in chains)), body)


def _found_by_trafilatura(body: _Element, furniture: Mapping[_Element, LeftKind]) -> Counter[str]:
    """The words of what trafilatura takes for the article, furniture aside."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    for element in furniture:
        element.set(_CUT, "1")
    copy = deepcopy(body)
    for element in copy.xpath(f"//*[@{_CUT}]"):
        element.drop_tree()
    for cell in copy.xpath("//*[@rowspan]"):  # trafilatura believes any number
        del cell.attrib["rowspan"]
    for element in furniture:
        del element.attrib[_CUT]
    document = bare_extraction(
        copy, fast=True, favor_recall=True, include_comments=False, include_tables=True, include_formatting=False
    )
    found = getattr(document, "body", None)
    return _bag(found) if found is not None else Counter()


def _bag(element: _Element) -> Counter[str]:
    return Counter(re.findall(r"\w+", " ".join(element.itertext()).lower()))


def _narrowed(body: _Element, facts: Measures, found: Counter[str]) -> _Element:
    """The innermost element with nearly all that was found, and with no prose of weight beside it."""
    root = body
    while True:
        inner = max(root, key=lambda child: facts[child].own if child in facts else 0, default=None)
        if inner is None or inner not in facts or (facts[root].headed and not facts[inner].headed):
            return root
        beside = facts[root].own - facts[inner].own
        if beside > _BESIDE * facts[inner].own or (_bag(inner) & found).total() < _MOST * found.total():
            return root
        root = inner


def _trim_edges(root: _Element, facts: Measures, furniture: dict[_Element, LeftKind]) -> None:
    """Rows of links before the first and after the last words of an article are navigation."""
    for order in (list(root), list(reversed(root))):
        for child in order:
            if child in furniture or not isinstance(child.tag, str) or not facts[child].words:
                continue
            if (child.tail or "").strip() and child is not order[0]:
                break
            links = sum(1 for _ in child.iter("a"))
            if facts[child].headed or links < 2 or facts[child].own > links:
                break
            furniture[child] = "navigation"


def _tell_outside(body: _Element, root: _Element, furniture: Mapping[_Element, LeftKind], ledger: Ledger) -> None:
    """Tells what stands beside the article, up to the page's own body."""
    inner = root
    while inner is not body:
        holder = inner.getparent()
        for text in (holder.text, *(child.tail for child in holder)):
            if (text or "").strip():
                ledger.leave("navigation", text or "")
        for child in holder:
            text = _rest(child, furniture) if child is not inner and isinstance(child.tag, str) else ""
            if text.strip():
                ledger.leave("navigation", text)
        inner = holder


def _rest(element: _Element, furniture: Mapping[_Element, LeftKind]) -> str:
    """The text of an element without the furniture in it, which is told by itself."""
    if element in furniture:
        return ""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_rest(child, furniture))
        parts.append(child.tail or "")
    return " ".join(parts)
