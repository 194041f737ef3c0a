"""How many words each element of a page has, how many of them are links, and whether an article is in it.

This module does not know what is an article.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rag.parsing.ledger import word_count

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["BLOCKS", "Measure", "Measures", "is_article", "measure", "text_of"]

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div section article main body html header footer aside blockquote figure figcaption address center td th tr "
        "dt dd details summary fieldset legend form table thead tbody tfoot caption ul ol dl li menu dialog nav hgroup "
        "search h1 h2 h3 h4 h5 h6 pre hr",
    )
)
"""Elements that begin and end a line of their own."""


class Measure(NamedTuple):
    """Of one element, with all that is in it."""

    words: int
    linked: int  # words that are links
    article: bool  # it is declared as the article, or as one
    articles: bool  # such an element is in it, or it is one
    headed: bool  # a heading of the first level is in it, or it is one

    @property
    def own(self) -> int:
        """Words that are no links."""
        return self.words - self.linked


Measures: TypeAlias = "dict[_Element, Measure]"


def measure(tree: _Element, without: Container[_Element] = ()) -> Measures:
    """The measure of every element; those `without` count for nothing, and neither does what is in them."""
    found: Measures = {}

    def walk(element: _Element, linking: bool) -> Measure:
        linking = linking or element.tag == "a"
        words = _words(element.text)
        linked = words if linking else 0
        article, headed = is_article(element), element.tag == "h1"
        articles = article
        for child in element:
            if isinstance(child.tag, str) and child not in without:
                inner = walk(child, linking)
                words, linked = words + inner.words, linked + inner.linked
                articles, headed = articles or inner.articles, headed or inner.headed
            after = _words(child.tail)
            words, linked = words + after, linked + (after if linking else 0)
        found[element] = Measure(words, linked, article, articles, headed)
        return found[element]

    walk(tree, False)
    return found


def is_article(element: _Element) -> bool:
    """Whether the page says of an element that it is the article, or one."""
    if element.tag in ("main", "article") or element.get("role") in ("main", "article"):
        return True
    return "articleBody" in (element.get("itemprop") or "").split()


def _words(text: str | None) -> int:
    return word_count(text) if text else 0


def text_of(element: _Element) -> str:
    """All text of an element on one line."""
    return " ".join(" ".join(element.itertext()).split())
