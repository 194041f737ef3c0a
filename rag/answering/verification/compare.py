"""A sentence against the source sentences that come nearest: what of it they hold, and where the two differ.

This module does not know how the sentences were chosen or how much a difference counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from rag.answering.verification.alignment import exchanged
from rag.answering.verification.difference import Difference
from rag.answering.verification.facts import Facts, stem_of
from rag.language import Date, Quantity, is_frequency, is_passive, opposite, quoted_pieces, same_name, words
from rag.types import Span

__all__ = ["differences", "in_order", "in_place"]

_NEAR = 3  # words of content on either side of a fact; `training/verify.py` fitted the weights to measures of it
_BESIDE = 2  # words that must stand around a name in a further source, too, so that it is the same matter


def differences(said: Facts, evidence: Sequence[Facts], context: Sequence[Facts]) -> list[Difference]:
    """Where the sentence differs from its evidence, the best first; `context` may explain names and dates."""
    found = [
        *_numbers(said, evidence),
        *_dates(said, evidence, context),
        *_names(said, evidence, context),
        *_negations(said, evidence),
        *_comparisons(said, evidence),
        *_quantifiers(said, evidence),
        *_quotes(said, evidence, context),
    ]
    told = {one.kind for one in found if one.stands}
    beside = exchanged(said, evidence[0]) if evidence else ()
    return [*found, *(one for one in beside if one.kind not in told)]


def in_place(said: Facts, evidence: Sequence[Facts], context: Sequence[Facts]) -> list[float]:
    """For each name, number and date of a sentence, the share of the other words around it that stand around it in a
    source sentence, too; 0 where none has it, a half where only the context does.
    """
    found = []
    facts = list(_facts_of(said))
    themselves = {w.stem for w in said.words if any(w.span.overlaps(span) for span, _ in facts)}
    for span, places in facts:
        near = said.around(span, _NEAR) - themselves
        there = [one.around(place, _NEAR + 2) for one in evidence for place in places(one)]
        shares = [len(near & other) / len(near) if near else 1.0 for other in there]
        found.append(max(shares, default=0.5 if any(places(one) for one in context) else 0.0))
    return found


def _facts_of(said: Facts) -> Iterator[tuple[Span, Callable[[Facts], list[Span]]]]:
    """Where each fact stands, and what finds its places in another sentence."""
    for name in said.names:
        if not (name.first and _ordinary(said, name.span)):
            yield name.span, partial(_places_of, name=name.text)
    for number in said.numbers:
        yield number.span, partial(_places_of_number, number=number)
    for date in said.dates:
        yield date.span, partial(_places_of_date, date=date)


def _places_of_number(one: Facts, number: Quantity) -> list[Span]:
    return [other.span for other in one.numbers if number.same(other)]


def _places_of_date(one: Facts, date: Date) -> list[Span]:
    return [other.span for other in one.dates if date.within(other) or date.but_for_year(other)]


def _places_of(one: Facts, name: str) -> list[Span]:
    named = [other.span for other in one.names if same_name(name, other.text)]
    return named or [word.span for word in one.words if word.text.lower() == name]


def in_order(said: Facts, one: Facts) -> float:
    """The share of the pairs of names that stand in the same order in both; 1 where one of the two is passive."""
    passive = [is_passive(each.text) for each in (said, one)]
    mine = list(dict.fromkeys(name.text for name in said.names))
    places = [(name, [place.start for place in _places_of(one, name)]) for name in mine]
    known = [min(starts) for _, starts in places if starts]
    pairs = [(known[i], known[j]) for i in range(len(known)) for j in range(i + 1, len(known)) if known[i] != known[j]]
    return 1.0 if passive[0] != passive[1] or not pairs else sum(a < b for a, b in pairs) / len(pairs)


def _numbers(said: Facts, evidence: Sequence[Facts]) -> Iterator[Difference]:
    for number in said.numbers:
        there = [(one, other) for one in evidence for other in one.numbers]
        same = [
            (one, other)
            for one, other in there
            if number.same(other) or number.rounds(other) or _written_so(number, said, other, one)
        ]
        text = _text(said, number.span)
        if same:
            if number.unit != "th":
                yield from _bounds(said, number, same)
            continue
        if _digits(text) and any(_digits(text) == _digits(_text(one, d.span)) for one in evidence for d in one.dates):
            continue  # "in 2,010" or an odd way to write a year
        equal = [(one, other) for one, other in there if other.value == number.value and number.unit]
        if equal:
            yield Difference("unit", _with_unit(said, number), _with_unit(*equal[0]))
            continue
        if number.value == 1 and number.unit != "th" and not number.unit:
            continue  # "one of the"
        instead = _instead(said, number, there)
        yield Difference("number", text, instead, slight=number.unit == "th" and not instead)


def _instead(said: Facts, number: Quantity, there: Sequence[tuple[Facts, Quantity]]) -> str:
    """The number that a source has in the place of one that it does not have."""
    best, most = "", 0.0
    for one, other in there:
        if any(other.same(mine) for mine in said.numbers) or (number.unit == "th") != (other.unit == "th"):
            continue
        if number.unit and other.unit and number.unit != other.unit:
            continue
        near = len(said.around(number.span) & one.around(other.span)) + (number.unit == other.unit != "")
        near += number.counts == other.counts != ""
        if near > most:
            best, most = _text(one, other.span), near
    return best


def _bounds(said: Facts, number: Quantity, same: Sequence[tuple[Facts, Quantity]]) -> Iterator[Difference]:
    mine = said.bound(number)
    theirs = {one.bound(other) for one, other in same}
    if mine and mine not in theirs and ({"<": ">", ">": "<"}[mine] in theirs):
        one, other = same[0]
        yield Difference("bound", f"{mine} {_text(said, number.span)}", f"{one.bound(other)} {_text(one, other.span)}")


def _dates(said: Facts, evidence: Sequence[Facts], context: Sequence[Facts]) -> Iterator[Difference]:
    near = [(one, date) for one in evidence for date in one.dates]
    around = [(one, date) for one in context for date in one.dates]
    for date in said.dates:
        if any(date.within(other) for _, other in near) or _year_as_number(said, date, evidence):
            continue
        if all(other.year is None for _, other in near) and any(date.within(other) for _, other in around):
            continue  # the source gives the day, or the year of its days, elsewhere
        if _pieced_together(date, [other for _, other in (*near, *around)], bool(near)):
            continue
        clashing = [(one, other) for one, other in near if date.clashes(other)]
        stands = _text(clashing[0][0], clashing[0][1].span) if clashing else ""
        partly = date.year is None or any(date.year == other.year for _, other in (*near, *around))
        yield Difference("date", _text(said, date.span), stands, slight=not stands and partly)


def _pieced_together(date: Date, others: Sequence[Date], near: bool) -> bool:
    """Whether each given part stands somewhere and one nearby date agrees: "3 May" here, "2022" in the title."""
    if any(date.but_for_year(other) for other in others) and any(date.year == other.year for other in others):
        return True  # "on 3 May", in a source of 12 May 2022
    if date.decade or (near and not any(not date.clashes(other) for other in others)):
        return False
    parts = ((date.year, "year"), (date.month, "month"), (date.day, "day"))
    given = [(value, name) for value, name in parts if value is not None]
    return len(given) > 1 and all(any(getattr(o, n) == v and not date.clashes(o) for o in others) for v, n in given)


def _year_as_number(said: Facts, date: Date, evidence: Sequence[Facts]) -> bool:
    text = _digits(_text(said, date.span))
    return any(text == _digits(_text(one, number.span)) for one in evidence for number in one.numbers)


def _names(said: Facts, evidence: Sequence[Facts], context: Sequence[Facts]) -> Iterator[Difference]:
    around = {name.text for one in context for name in one.names}
    letters = {initials for one in (*evidence, *context) for initials in _initials(one)}
    mine = _initials(said)
    for name in said.names:
        near = [one for i, one in enumerate(evidence) if i == 0 or len(said.around(name.span) & one.stems) >= _BESIDE]
        if len(name.text) == 1 or name.text in letters or any(_holds(one, name.text, mine) for one in near):
            continue
        explained = any(same_name(name.text, other) or other.upper() in mine for other in around)
        if explained and not _slot_taken(said, name.span, evidence):
            continue
        if name.first and not explained and _ordinary(said, name.span):
            continue
        stands = _slot_taken(said, name.span, evidence)
        yield Difference("name", _text(said, name.span), stands, slight=not stands)


def _holds(one: Facts, name: str, initials: set[str]) -> bool:
    """Whether a sentence has a name, in some form of it: inflected, written together, or spelled out."""
    if name in words(one.text) or stem_of(name) in one.stems:
        return True
    if any(same_name(name, other.text) or other.text.upper() in initials for other in one.names):
        return True
    return name in "".join(char for char in one.text.lower() if char.isalnum())


def _slot_taken(said: Facts, span: Span, evidence: Sequence[Facts]) -> str:
    """A name in the best evidence between the same words, which the sentence does not have."""
    mine = {name.text for name in said.names}
    for one in evidence[:1]:
        for name in one.names:
            known = any(same_name(name.text, other) for other in mine)
            if not known and not name.first and len(said.around(span, 2) & one.around(name.span, 2)) >= 2:
                return _text(one, name.span)
    return ""


def _ordinary(said: Facts, span: Span) -> bool:
    """Whether the first word may be an ordinary one: the next word has no capital."""
    return not said.text[span.end :].lstrip(" '’s")[:1].isupper()


def _initials(one: Facts) -> set[str]:
    """Initials of the runs of names in a sentence: "WHO" for World Health Organization."""
    found, run, end = set(), "", -9
    for name in one.names:
        run = run + name.text[0] if name.span.start - end <= 5 else name.text[0]
        end = name.span.end
        found |= {run[at:] for at in range(len(run)) if len(run) - at >= 2}
    return {initials for each in found for initials in (each, each.upper())}


def _negations(said: Facts, evidence: Sequence[Facts]) -> Iterator[Difference]:
    for one in evidence[:1]:
        theirs = {word.stem: _polarity(one, word.stem) for word in one.words}
        for word in said.words:
            mine = _polarity(said, word.stem)
            if (
                {mine, theirs.get(word.stem)} == {True, False}
                and opposite(word.stem, one.spoken) is None
                and _same_matter(said, word.stem, one, word.stem)
            ):
                yield Difference("negation", _phrase(said, word.span), _phrase_of(one, word.stem))
                return
    if said.negator and evidence and not any(one.negator for one in evidence):
        yield Difference("negation", said.negator)


def _same_matter(said: Facts, stem: str, one: Facts, other: str) -> bool:
    """Whether two words stand among the same words, one at least."""
    mine = set().union(*(said.around(word.span) for word in said.words if word.stem == stem))
    theirs = set().union(*(one.around(word.span) for word in one.words if word.stem == other))
    return not mine or bool(mine & theirs - {stem, other})


def _polarity(one: Facts, stem: str) -> bool | None:
    """Whether a word is negated wherever it stands; None where it is both."""
    found = {word.negated for word in one.words if word.stem == stem}
    return found.pop() if len(found) == 1 else None


def _comparisons(said: Facts, evidence: Sequence[Facts]) -> Iterator[Difference]:
    heard = frozenset(stem for one in evidence for stem in one.spoken)
    for stem in sorted(said.spoken - heard):
        other = opposite(stem, heard - said.spoken)
        if other is None:
            continue
        mine, theirs = (
            _polarity(said, stem),
            next((_polarity(one, other) for one in evidence if other in one.spoken), None),
        )
        if mine is not None and theirs is not None and mine != theirs:
            continue  # "not likely" and "unlikely"
        near = (_same_matter(said, stem, one, other) for one in evidence if other in one.stems)
        if stem in said.stems and not any(near):
            continue
        yield Difference(
            "comparison", _as_written(said, stem), next(_as_written(o, other) for o in evidence if other in o.spoken)
        )


def _quantifiers(said: Facts, evidence: Sequence[Facts]) -> Iterator[Difference]:
    if not said.levels or not evidence:
        return
    level, word = max((pair for pair in said.levels if not is_frequency(said.text, pair[1])), default=(-1, ""))
    if level < 0:
        return
    theirs = [pair for one in evidence for pair in one.levels]
    if word in {other for _, other in theirs} or not theirs:
        return
    highest = max(theirs)
    if level > highest[0] or (level == 0 and highest[0] > 0):
        yield Difference("quantifier", word, highest[1])


def _quotes(said: Facts, evidence: Sequence[Facts], context: Sequence[Facts]) -> Iterator[Difference]:
    heard = [" ".join(words(one.text)) for one in (*evidence, *context)]
    for quote in said.quotes:
        spoken = words(quote)
        title = sum(word[:1].isupper() for word in quote.split()) > len(quote.split()) / 2
        pieces = [" ".join(words(piece)) for piece in quoted_pieces(quote)]
        if len(spoken) >= 3 and not title and not any(all(piece in text for piece in pieces) for text in heard):
            yield Difference("quote", quote)


def _written_so(number: Quantity, said: Facts, other: Quantity, one: Facts) -> bool:
    """The same digits with a unit that one of the two leaves open."""
    return _text(said, number.span) == _text(one, other.span) and number.counts == other.counts != ""


def _phrase(one: Facts, span: Span) -> str:
    """The words up to the one at a span, from shortly before it."""
    before = one.text[: span.start].split()[-2:]
    return " ".join((*before, one.text[span.start : span.end]))


def _phrase_of(one: Facts, stem: str) -> str:
    return next(_phrase(one, word.span) for word in one.words if word.stem == stem)


def _as_written(one: Facts, stem: str) -> str:
    return next((word.text for word in one.words if word.stem == stem), stem)


def _with_unit(one: Facts, number: Quantity) -> str:
    return f"{_text(one, number.span)} {number.unit if number.unit != 'th' else ''}".strip()


def _text(one: Facts, span: Span) -> str:
    return one.text[span.start : span.end]


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
