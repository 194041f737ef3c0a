"""Lines at the edge of a page: which name its number ("Page 3 of 9"), and which say something of their own.

The words for a page are known in many languages; sums, dates, units and counts are told by figures and what stands
beside them. This module does not know where on a page a line stands, nor on how many pages.
"""

from __future__ import annotations

import re

from rag.language.dates import dates

__all__ = ["is_print_stamp", "names_page_number", "says_figures"]

_PAGE_WORDS = (
    *("page", "pages", "pg", "p", "pp", "seite", "seiten", "s", "pagina", "página", "pàgina", "pág", "pag", "sida"),
    *("side", "sivu", "strona", "str", "strana", "stránka", "oldal", "sayfa", "puslapis", "lk", "blad", "bladsy"),
    *("стр", "страница", "сторінка", "с", "σελίδα", "σελ", "صفحة", "صفحه", "ص", "עמוד", "עמ", "halaman", "trang"),
)
_PAGE_NUMBER = re.compile(
    rf"(?<!\w)(?:{'|'.join(_PAGE_WORDS)})\.?\s*(?:n[o°º]\.?\s*)?#|第\s*#\s*[页頁ページ]", re.IGNORECASE
)
_MONEY = re.compile(r"[$€£¥₹₽₺₪]|\b(?:EUR|USD|GBP|CHF|JPY|INR|SEK|NOK|DKK|PLN|CZK|HUF|TRY)\b|%|‰|°")
_DECIMAL = re.compile(r"\d[.,]\d{2}")  # not "Edition 1.0"
_DAY = re.compile(r"\b\d{1,2}([./-])\s?\d{1,2}\1\s?\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b")
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_COUNTED = re.compile(r"(?<![\w.,-])(?!(?:1[5-9]|20)\d\d\b)\d+\.?\s?[^\W\d_]{2,}")
_JOINED = re.compile(r"\d[^\W\d_]{1,3}\b")
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+[^\W\d_a-z]")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_OF_PAGES = re.compile(r"#\s*(?:of|/|von|de|sur|di|av|af|van|z|из|a|tól|/)\s*\d+\b", re.IGNORECASE)


def names_page_number(line: str) -> bool:
    """Whether the line, its page's number written `#`, calls that the number of a page: "Page #", "S. # von 9"."""
    return _PAGE_NUMBER.search(line) is not None


def says_figures(line: str) -> bool:
    """Whether the line carries a sum, a date, a unit or a count; its page's own number is written `#`."""
    bare = _OF_PAGES.sub("#", _ADDRESS.sub("", line))
    if _DAY.search(bare) or any(date.month for date in dates(bare)) or _MONEY.search(bare):
        return True
    section = _SECTION.match(bare)
    rest = bare[section.end() - 1 :] if section else bare
    return any(pattern.search(rest) for pattern in (_DECIMAL, _COUNTED, _JOINED))


def is_print_stamp(line: str) -> bool:
    """Whether a day and an hour stand in the line, as browsers print them over a page."""
    return bool(_CLOCK.search(line) and (_DAY.search(line) or any(date.day for date in dates(line))))
