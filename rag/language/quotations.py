"""What a text quotes, and where a quotation leaves something out."""

from __future__ import annotations

import re

__all__ = ["quoted_pieces", "quoted_texts"]

_QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»|‘([^’]{12,})’(?!\w)")  # a short ‘…’ may hold an apostrophe
_ELLIPSIS = re.compile(r"\[?(?:\.\s?){3,}\]?|\[?…\]?")


def quoted_texts(text: str) -> tuple[str, ...]:
    """What stands between quotation marks, in order."""
    return tuple(next(filter(None, match.groups()), "") for match in _QUOTED.finditer(text))


def quoted_pieces(quote: str) -> list[str]:
    """A quotation without its ellipses: "we […] go on" has two pieces."""
    return _ELLIPSIS.split(quote)
