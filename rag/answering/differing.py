"""Which other documents give another figure for the same thing: the same is counted, of the same subject, at one time.

Otherwise it is silent: another country, another year and another measure have other figures. This module does not know
which sentence answers, or how a difference is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from rag.answering.counting import is_countable, noun_of
from rag.answering.findings import Findings
from rag.answering.ranking import ScoredSentence
from rag.answering.verification.facts import content, facts
from rag.language import (
    Date,
    Quantity,
    asks_of_past,
    dates,
    is_alike,
    is_date_word,
    is_part,
    limiting_names,
    name_form,
    offers,
    opposite,
    quantities,
    rival,
    says_whose,
    wants,
    without_parts,
    words,
)
from rag.types import Document, Span

__all__ = ["differing"]

_FIGURES = ("number", "share", "money", "duration", "extent", "date")  # questions that ask for one
_LEAST_ODDS = 0.0  # the reader's, of a sentence that gives another figure
_SURE_ODDS, _ODDS_APART = 4.5, 3.0  # the same where no noun of the question says what is counted
_SAME = 0.9  # of the share of the question that the best passage speaks of, in a passage that gives another figure
_NEAR, _WORDS_BEHIND = 40, 3  # characters and words behind a figure in which what it counts is named
_HEDGED = 0.15  # share that "about", "nearly" and "more than" leave open
_OF_ABOUT_NOW = 1  # years between a document and the figures that it gives without a year


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence that gives figures, with what says of whom and when: its headings, its passage, its document."""

    scored: ScoredSentence
    document: Document
    sentence: str
    headings: tuple[str, ...]  # the document's name first
    passage: str
    figures: tuple[Quantity | Date, ...]

    @property
    def context(self) -> str:
        """The sentence with everything that stands above it."""
        return "\n".join((*self.headings, self.sentence))


def differing(findings: Findings) -> list[ScoredSentence]:
    """Sentences of other documents that answer with another figure than the best one, one of each document."""
    question, found = findings.question, findings.reading.sentences
    wanted = wants(question)
    if not found or not any(wanted[kind] for kind in _FIGURES):
        return []
    known = [_told(findings, found[0])]
    sure = max(found[0].odds - _ODDS_APART, _SURE_ODDS)
    for one in found[1:]:
        if one.answer is None or one.odds < _LEAST_ODDS:
            continue
        other = _told(findings, one)
        plain = all(_counts_what_is_asked(question, each) for each in (known[0], other))
        alike = one.odds >= sure and (one.covered >= _SAME * found[0].covered or _has_unit(other))
        if (plain or alike) and all(_differ(question, each, other) for each in known):
            known.append(other)
    return [one.scored for one in known[1:]]


def _told(findings: Findings, scored: ScoredSentence) -> _Told:
    passage = findings.passages[scored.passage]
    sentence = passage.sentences[scored.sentence]
    document = findings.place(scored).document
    answer = scored.answer or Span(0, 0)
    headings = tuple(passage.context.split("\n"))
    return _Told(scored, document, sentence, headings, passage.text, _figures(findings.question, sentence, answer))


def _figures(question: str, sentence: str, answer: Span) -> tuple[Quantity | Date, ...]:
    """The figures among the exact words that the question asks for: those of what it counts where it counts."""
    wanted = wants(question)
    if wanted["date"]:
        return tuple(each for each in dates(sentence) if _touch(each.span, answer))
    found = [each for each in quantities(sentence) if _touch(each.span, answer) and each.unit != "th"]
    noun = noun_of(question)
    return tuple([each for each in found if each.counts == noun] or found)


def _differ(question: str, one: _Told, other: _Told) -> bool:
    return (
        one.document.id != other.document.id
        and _apart(one.figures, other.figures)
        and _same_measure(question, one, other)
        and _same_subject(question, one, other)
        and _same_time(question, one, other)
    )


def _apart(ours: Sequence[Quantity | Date], theirs: Sequence[Quantity | Date]) -> bool:
    """Whether both give figures of one kind, and none that are the same, or nearly where they are rough."""
    return bool(ours) and bool(theirs) and all(_other(one, two) for one, two in product(ours, theirs))


def _other(one: Quantity | Date, two: Quantity | Date) -> bool:
    if isinstance(one, Date) and isinstance(two, Date):
        return one.clashes(two)
    if isinstance(one, Date) or isinstance(two, Date) or one.unit != two.unit:
        return False
    near = abs(one.value - two.value) <= _HEDGED * max(abs(one.value), abs(two.value))
    return not (one.same(two) or one.rounds(two) or two.rounds(one) or (near and (one.hedged or two.hedged)))


def _has_unit(told: _Told) -> bool:
    return any(isinstance(each, Quantity) and each.unit for each in told.figures)


def _counts_what_is_asked(question: str, told: _Told) -> bool:
    """Whether the noun that the question has too stands at the figure."""
    noun = noun_of(question)
    numbers = [each for each in told.figures if isinstance(each, Quantity)]
    return noun is not None and any(_counts(noun, told, each) for each in numbers)


def _counts(noun: str, told: _Told, figure: Quantity) -> bool:
    """Whether a noun stands a few words behind a figure, or in front of it in a line "what: figure"."""
    behind = words(told.sentence[figure.span.end : figure.span.end + _NEAR])[:_WORDS_BEHIND]
    before = told.sentence[: figure.span.start].rstrip()
    return noun in behind or (before.endswith(":") and noun in words(before))


def _same_measure(question: str, one: _Told, other: _Told) -> bool:
    """Whether the same is counted: no other noun, no part of it, nothing that rules the other out."""
    asked, ours, theirs = (content(text) for text in (question, _said(one), _said(other)))
    for mine, yours in ((ours, theirs), (theirs, ours)):
        if any(_ruled_out(word, yours - mine) for word in mine - yours):
            return False
        if any(_ruled_out(word, mine - asked) for word in asked - mine):
            return False
    nouns = {
        each.counts
        for told in (one, other)
        for each in told.figures
        if isinstance(each, Quantity) and _counts_things(each)
    }
    parts = (is_part(told.sentence, each.span.end) for told in (one, other) for each in told.figures)
    return len(nouns) < 2 and not any(parts)


def _said(told: _Told) -> str:
    """The sentence without the parts it counts at its end, under its own heading."""
    heading = told.headings[-1] if len(told.headings) > 1 else ""
    return f"{heading}\n{without_parts(told.sentence)}"


def _ruled_out(word: str, among: frozenset[str]) -> bool:
    return opposite(word, among) is not None or rival(word, among) is not None


def _counts_things(figure: Quantity | Date) -> bool:
    """Whether a plural noun of people or things stands right behind the figure."""
    return isinstance(figure, Quantity) and not figure.unit and is_countable(figure.counts)


def _same_subject(question: str, one: _Told, other: _Told) -> bool:
    asked = {name_form(name) for name in _names(question, (one, other))}
    if not asked:
        ours, theirs = (_all_names(told, (one, other)) for told in (one, other))
        return not (_beyond(ours, theirs) and _beyond(theirs, ours)) and not _elsewhere(asked, one, other)
    needed = {name for name in asked if not says_whose(name, question)}
    if any(_beyond(needed, _forms(_around(told))) for told in (one, other)):
        return False
    return not _elsewhere(asked, one, other)


def _around(told: _Told) -> str:
    """What may name the subject: a line "what: figure" is told of what stands above it, not beside it."""
    is_line = any(told.sentence[: each.span.start].rstrip().endswith(":") for each in told.figures)
    return told.context if is_line else f"{told.context}\n{told.passage}"


def _elsewhere(asked: set[str], one: _Told, other: _Told) -> bool:
    """Whether one of them limits what it says to something that the other does not name."""
    for told, against in ((one, other), (other, one)):
        if _beyond(_scope(told, asked, (one, other)), _forms(against.context) | asked):
            return True
    return False


def _scope(told: _Told, asked: set[str], both: Sequence[_Told]) -> set[str]:
    """The names that limit a sentence: after "in", in a heading that is nothing but a name, in such a title where the
    names that are asked for stand neither above the sentence nor in it."""
    limits = limiting_names(without_parts(told.sentence))
    named = {name for limit in limits for name in _names(limit, both)}
    title, *headings = told.headings
    if _beyond(asked, _forms(told.context)):
        headings.append(title)
    alone = {name for text in headings if _is_only_name(text, both) for name in _names(text, both)}
    return {name_form(name) for name in named | alone}


def _all_names(told: _Told, both: Sequence[_Told]) -> set[str]:
    return {name_form(name) for name in _names(told.context, both)}


def _names(text: str, both: Sequence[_Told]) -> list[str]:
    """The capitalised words of a text that neither document writes in small letters."""
    found = dict.fromkeys(each.text for line in text.split("\n") for each in facts(line).names)
    return [name for name in found if not is_date_word(name.title()) and not any(_is_word(name, one) for one in both)]


def _is_word(name: str, told: _Told) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", told.document.text) is not None


def _is_only_name(text: str, both: Sequence[_Told]) -> bool:
    said = [word for word in words(text) if word not in ("the", "of", "and", "de")]
    return bool(said) and {name_form(word) for word in said} <= {name_form(name) for name in _names(text, both)}


def _beyond(names: set[str], forms: set[str]) -> bool:
    """Whether one of the names is in none of its forms among others."""
    return any(not any(is_alike(name, form) for form in forms) for name in names)


def _forms(text: str) -> set[str]:
    return {name_form(word) for word in re.findall(r"[\w’'-]+", text)}


def _same_time(question: str, one: _Told, other: _Told) -> bool:
    """Whether the times that both state agree; where one states none, its document's date stands for it, roughly."""
    years = offers(question).years
    ours, theirs = (_times(told) for told in (one, other))
    if years and any(found and not any(str(each.year) in years for each in found) for found in (ours, theirs)):
        return False
    if ours and theirs:
        return not all(mine.clashes(yours) for mine, yours in product(ours, theirs))
    if asks_of_past(question) or years:
        return True
    stated = [[each.year for each in found] or _year_of(told) for found, told in ((ours, one), (theirs, other))]
    pairs = [(a, b) for a, b in product(*stated) if a and b]
    return not pairs or min(abs(a - b) for a, b in pairs) <= _OF_ABOUT_NOW


def _times(told: _Told) -> list[Date]:
    """The times that a sentence states, or else the headings above it, the nearest first; its figures are none."""
    spans = [each.span for each in told.figures if isinstance(each, Date)]
    said = [each for each in dates(told.sentence) if each.span not in spans and each.year]
    above = (found for text in reversed(told.headings) if (found := [each for each in dates(text) if each.year]))
    return said or next(above, [])


def _year_of(told: _Told) -> list[int | None]:
    return [int(told.document.date[:4])] if told.document.date else []


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
