"""Names that differ by a figure: "HTTP/3", "SNB22-3", "version 2.1"; what holds of one does not hold of the next.

This module does not know where they stand.
"""

from __future__ import annotations

import re

__all__ = ["codes_unsaid"]

_CODE = re.compile(  # letters and a figure in one word, but "1990s", "2nd" and "10km"
    r"(?<![\w.,/-])(?!\d+(?:s|st|nd|rd|th|[a-z]{1,3})\b)(?=[\w/.-]*\d)(?=[\w/.-]*[A-Za-z])\w+(?:[/.-]\w+)*"
)
_VERSION = re.compile(r"\b(?:[A-Z][\w-]*|version|release|edition|level) v?(\d+(?:\.\d+)+)(?![\w%])")
_RANGE = re.compile(r"\d{4}-\d{2,4}|\w*-?\d{4}(?:-\w+)?")  # "2021-22", "mid-2019": years


def codes_unsaid(question: str, text: str) -> bool:
    """Whether a text leaves out a code or a version that a question names, however they are parted in it."""
    codes = {_bare(found[0]) for found in _CODE.finditer(question) if not _RANGE.fullmatch(found[0])}
    versions = {found[1] for found in _VERSION.finditer(question)}
    if not codes and not versions:
        return False
    said = _bare(text)
    left_out = any(re.search(rf"(?<![\d.]){re.escape(one)}(?![\d]|\.\d)", text) is None for one in versions)
    return left_out or any(code not in said for code in codes)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
