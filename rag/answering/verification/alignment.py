"""Two sentences laid beside each other, word by word: what one of them has in the place of the other's words.

Only places count whose neighbours are the same in both, so a sentence in wholly other words has none. There, another
name or number, an opposite, another share of a whole, or a "not" more or less is a difference wherever else in the
source the same words may stand. This module does not know of other sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from rag.answering.verification.difference import Difference
from rag.answering.verification.facts import Facts, Name
from rag.language import CONTRACTED, SHARE_OF_WHOLE, is_denial, is_function_word, opposite, same_name, terms
from rag.types import Span

__all__ = ["exchanged"]

_SHORT = 6  # words that may stand in the place of others
_ALIKE = 3  # neighbours that must be the same, on both sides together
_NEAR = 4  # of these so many words on either side are looked at; chosen by hand
_CONTENT = 2  # which must hold so many words that are about something
_INITIALS = 5  # letters at most


class _Exchange(NamedTuple):
    """Words of one sentence, and those of the other in their place; either may be none."""

    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    here: Span
    there: Span


def exchanged(said: Facts, one: Facts) -> Iterator[Difference]:
    """What a sentence has in the place of something else in its source."""
    found = list(_exchanges(said.text, one.text))
    denied = sum(is_denial(each.mine) - is_denial(each.theirs) for each in found)
    for each in found:
        mine, theirs = (text[span.start : span.end] for text, span in ((said.text, each.here), (one.text, each.there)))
        if denied and is_denial(each.mine) != is_denial(each.theirs):
            yield Difference("negation", _after(said.text, each.here), _after(one.text, each.there))
        elif _other_number(said, one, each):
            yield Difference("number", mine, theirs)
        elif _other_name(said, one, each):
            yield Difference("name", mine, theirs)
        elif any(opposite(word, frozenset(each.theirs)) for word in each.mine):
            yield Difference("comparison", mine, theirs)
        elif _other_share(each):
            yield Difference("quantifier", mine, theirs)


def _other_number(said: Facts, one: Facts, each: _Exchange) -> bool:
    """Whether both have figures there, and not the same."""
    mine, theirs = ([word for word in words if word.isdigit()] for words in (each.mine, each.theirs))
    numbers = [
        [q for q in facts.numbers if q.span.overlaps(place)] for facts, place in ((said, each.here), (one, each.there))
    ]
    if any(a.same(b) or a.rounds(b) for a in numbers[0] for b in numbers[1]):
        return False
    if all(numbers):
        return True
    alike = any(a.endswith(b) or b.endswith(a) for a in mine for b in theirs)  # "2018-19" and "2018-2019"
    return bool(mine and theirs) and not alike


def _other_name(said: Facts, one: Facts, each: _Exchange) -> bool:
    """Whether both have names there, of which none is a form of another, before no name that is the same."""
    mine, theirs = (
        [name for name in facts.names if name.span.overlaps(place)]
        for facts, place in ((said, each.here), (one, each.there))
    )
    mostly = 2 * len(mine) >= len(each.mine) and 2 * len(theirs) >= len(each.theirs)
    if not mine or not theirs or not mostly or any(name.first for name in (*mine, *theirs)):
        return False
    if any(same_name(a.text, b.text) or _stands_for(a, b) or _stands_for(b, a) for a in mine for b in theirs):
        return False
    after = [name for name in said.names if 0 <= name.span.start - each.here.end <= 2]  # "President Obama"
    return not any(same_name(name.text, other.text) for name in after for other in one.names)


def _stands_for(short: Name, long: Name) -> bool:
    """Whether a name may be the initials of another one's run of names, as far as its first letter tells."""
    return len(short.text) <= _INITIALS and short.text[0] == long.text[0] and len(long.text) > _INITIALS


def _other_share(each: _Exchange) -> bool:
    """Whether one says more of the whole than the other, or hardly any of it where the other says much."""
    mine, theirs = (
        [SHARE_OF_WHOLE[word] for word in words if word in SHARE_OF_WHOLE] for words in (each.mine, each.theirs)
    )
    return bool(mine and theirs) and (max(mine) > max(theirs) or max(mine) <= 1 < min(theirs))


def _exchanges(one: str, other: str) -> Iterator[_Exchange]:
    """The places where two sentences differ between words that are the same, in order. Words are compared as stems."""
    mine, theirs = _words(one), _words(other)
    steps = SequenceMatcher(None, [key for key, _ in mine], [key for key, _ in theirs], autojunk=False).get_opcodes()
    for at, (kind, a, b, c, d) in enumerate(steps):
        if kind == "equal" or b - a > _SHORT or d - c > _SHORT:
            continue
        before = steps[at - 1][2] - steps[at - 1][1] if at else 0
        after = steps[at + 1][2] - steps[at + 1][1] if at + 1 < len(steps) else 0
        near = [key for key, _ in (*mine[a - min(before, _NEAR) : a], *mine[b : b + min(after, _NEAR)])]
        about = sum(not is_function_word(key) for key in near)
        if (
            min(before + after, _ALIKE) + min(about, _CONTENT) == _ALIKE + _CONTENT
            and (before or a == 0)
            and (after or b == len(mine))
        ):
            yield _Exchange(
                tuple(key for key, _ in mine[a:b]),
                tuple(key for key, _ in theirs[c:d]),
                _span(mine, a, b),
                _span(theirs, c, d),
            )


def _words(text: str) -> list[tuple[str, Span]]:
    found = []
    for match in CONTRACTED.finditer(text):
        word = match[0].lower()
        key = "not" if word in ("n't", "n’t") else next(iter(terms(word)), word)
        found.append((key, Span(*match.span())))
    return found


def _span(words: Sequence[tuple[str, Span]], a: int, b: int) -> Span:
    """From the first to the last of the words `a:b`; an empty place where there are none."""
    if a < b:
        return Span(words[a][1].start, words[b - 1][1].end)
    place = words[a - 1][1].end if a else 0
    return Span(place, place)


def _after(text: str, span: Span) -> str:
    """The words at a place, whole, and the one after it."""
    start = span.start
    while start and not text[start - 1].isspace() and not text[start].isspace():
        start -= 1
    rest = text[span.end :].split(maxsplit=1)
    return " ".join((text[start : span.end], *rest[:1])).strip()
