"""Lines "key: value". What counts as one depends on who asks, and all agree on this: a key has at most 80 characters.

A *line* of a text may have a full stop in its key, and no bar, which is a table's; a *sentence* may begin with a list's
mark, and has no full stop before its colon.
"""

from __future__ import annotations

import re

__all__ = ["is_pair_line", "pair_key", "pair_line_after"]

_LINE_KEY = r"[^\s:|][^:|\n]{0,79}"
_PAIR = re.compile(rf"\s*{_LINE_KEY}?\s?:(?:\s+\S|\s*$)")  # a value, or none yet
_NEXT = re.compile(rf"\n\s*{_LINE_KEY}:\s")
_KEY = r"[^:.?!]{1,80}"
_SENTENCE = re.compile(rf"\s*[-*•]?\s*({_KEY}):\s+\S")


def is_pair_line(line: str) -> bool:
    """Whether a line is "key: value", or a key whose value stands on the next one."""
    return _PAIR.match(line) is not None


def pair_line_after(text: str, start: int, end: int) -> int | None:
    """Where the first line after the one at `start` is "key: value", which says something of its own; None for none."""
    found = _NEXT.search(text, start, end)
    return found.start() if found else None


def pair_key(sentence: str) -> str | None:
    """The key of a sentence "key: value", without a list's mark; None for other sentences."""
    found = _SENTENCE.match(sentence)
    return found[1] if found else None
