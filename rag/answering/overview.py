"""An overview of a document or of a topic, as an outline of exact quotes: headings with the sentences that carry them.

What a document says of itself in a summary, an abstract or a conclusion comes first; every other section is carried by
the first sentence of its first paragraph. This module does not know how a document was chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

from rag.answering.citing import QuotedSpan
from rag.language import NumberedPart, content_terms, is_summary_sentence, sentences_within, terms
from rag.types import Block, Document, Span, readable_name

T = TypeVar("T")

__all__ = ["LINES", "headed_as", "numbered_section", "outline", "section"]

LINES = 12
"""Lines of an outline at most."""
_SUMMARY = frozenset(terms("abstract summary overview conclusion findings highlights discussion takeaways"))
_LEAD = 5
"""Sentences of a section that sums up, such as an abstract."""
_BACK = frozenset(terms("references bibliography acknowledgements acknowledgments appendix supplements"))
_LISTS = frozenset(terms("contents index"))
_VAGUE = frozenset(terms("how what why main key overview about appendix note notes"))
_SHORT = 6
"""Words of a sentence that is too short to carry a section."""


@dataclass(frozen=True, slots=True)
class _Section:
    """Blocks under one heading, in text order."""

    heading: tuple[str, ...]
    blocks: tuple[Block, ...]


def outline(document: Document, most: int = LINES) -> list[QuotedSpan]:
    """At most `most` sentences, or `LINES`, that reach from the beginning to the end of a document, in its order.

    The group of each is the heading that it carries.
    """
    sections = _body(_sections(document))
    lead = [place for one in sections if _names_summary(one) for place in _lead(document, one)][: LINES // 2]
    telling = [p for one in sections for p in _telling(document, one) if p not in lead]
    chosen = [*lead, *_spread(telling, LINES // 3)]
    rest = [[p for p in _carrying(document, one) if p not in chosen] for one in sections]
    counts = _shared([len(places) for places in rest], LINES - len(chosen))
    chosen += [place for places, count in zip(rest, counts, strict=True) for place in _spread(places, count)]
    return _spread(sorted(chosen, key=lambda place: place.span), most)


def section(document: Document, topic: str, most: int) -> list[QuotedSpan]:
    """The first sentences of the section that is headed so, those of its own parts included; none where none is."""
    wanted = set(content_terms(topic))
    sections = _sections(document)
    for heading in dict.fromkeys(part for one in sections for part in one.heading):
        named = _named_by(heading)
        if wanted and named and wanted <= named | set(terms(document.name)) and 2 * len(wanted & named) > len(named):
            inside = [one for one in sections if heading in one.heading]
            return [replace(place, group="") for one in inside for place in _all(document, one)][:most]
    return []


def _named_by(heading: str) -> set[str]:
    """The terms of a heading without its number."""
    return {term for term in content_terms(heading) if not term.isdigit()}


def headed_as(document: Document, asked: set[str]) -> list[QuotedSpan]:
    """The sentences of the section whose heading asks what is asked, by its terms, those of its own parts included: the
    heading says nothing else, and what else is asked is said above it, or of two words of the heading on, below it.
    """
    sections = _sections(document)
    name = set(terms(document.name)) | set(terms(readable_name(document.path)))
    for at, one in enumerate(sections):
        *above, heading = one.heading or ("",)
        named = _named_by(heading) - _VAGUE
        if not named or not named <= asked or named <= name:
            continue
        inside = [part for part in sections[at:] if part.heading[: len(one.heading)] == one.heading]
        said = name | set(terms(" ".join(above)))
        if len(named) > 1:
            said |= {
                term for part in inside for block in part.blocks for term in terms(document.text[slice(*block.span)])
            }
        if asked <= named | said:
            return [replace(place, group="") for part in inside for place in _all(document, part)]
    return []


def numbered_section(document: Document, part: NumberedPart, most: int) -> list[QuotedSpan]:
    """The sentences of the part that a number calls, those of its own parts included; where they are more than `most`,
    the first of each paragraph. Empty where no heading has the number.
    """
    sections = [one for one in _sections(document) if any(map(part.is_headed, one.heading))]
    places = [replace(place, group=one.heading[-1]) for one in sections for place in _all(document, one)]
    if len(places) > most:
        places = _spread([place for one in sections for place in _carrying(document, one)] or places, most)
    return places


def _sections(document: Document) -> list[_Section]:
    blocks = [block for block in document.blocks if block.kind in ("paragraph", "list", "heading", "table")]
    runs = groupby(blocks, key=lambda block: block.heading)
    return [_Section(heading, tuple(block for block in run if block.kind != "heading")) for heading, run in runs]


def _body(sections: list[_Section]) -> list[_Section]:
    """The sections before the references, where those stand behind the first half, less tables of contents."""
    ends = next((i for i, one in enumerate(sections) if not _BACK.isdisjoint(_words(one))), len(sections))
    kept = sections[:ends] if 2 * ends >= len(sections) or ends >= LINES // 2 else sections
    return [one for one in kept if (_BACK | _LISTS).isdisjoint(_words(one))]


def _words(one: _Section) -> list[str]:
    return terms(" ".join(one.heading[-1:]))


def _names_summary(one: _Section) -> bool:
    return not _SUMMARY.isdisjoint(_words(one))


def _carrying(document: Document, one: _Section) -> list[QuotedSpan]:
    """The first sentence of each of a section's paragraphs that says something."""
    group = one.heading[-1] if one.heading else ""
    paragraphs = [block for block in one.blocks if block.kind == "paragraph"] or list(one.blocks[:1])
    each = (sentences_within(document, block.span) for block in paragraphs)
    saying = [[span for span in spans if _says(document, span)] for spans in each]
    return [QuotedSpan(document, spans[0], group=group) for spans in saying if spans]


def _telling(document: Document, one: _Section) -> list[QuotedSpan]:
    """The sentences of a section's paragraphs that say what the document is about, does or finds."""
    group = one.heading[-1] if one.heading else ""
    spans = [s for block in one.blocks if block.kind == "paragraph" for s in sentences_within(document, block.span)]
    return [
        QuotedSpan(document, s, group=group)
        for s in spans
        if _says(document, s) and is_summary_sentence(document.text[slice(*s)])
    ]


def _lead(document: Document, one: _Section) -> list[QuotedSpan]:
    """The first sentences of a section that sums up."""
    group = one.heading[-1] if one.heading else ""
    spans = [s for block in one.blocks if block.kind == "paragraph" for s in sentences_within(document, block.span)]
    return [QuotedSpan(document, span, group=group) for span in spans if _says(document, span)][:_LEAD]


def _shared(sizes: Sequence[int], room: int) -> list[int]:
    """How many of each are taken: one of as many as there is room for, evenly, then more of those that have more."""
    counts = [0] * len(sizes)
    full = [i for i, size in enumerate(sizes) if size]
    for i in _spread(full, room):
        counts[i] = 1
    while sum(counts) < room and any(size > count > 0 for size, count in zip(sizes, counts, strict=True)):
        most = max(range(len(sizes)), key=lambda i: (sizes[i] / (counts[i] + 1) if 0 < counts[i] < sizes[i] else 0, -i))
        counts[most] += 1
    return counts


def _all(document: Document, one: _Section) -> Iterator[QuotedSpan]:
    for block in one.blocks:
        spans = [block.span] if block.kind == "table" else sentences_within(document, block.span)
        yield from (QuotedSpan(document, span) for span in spans)


def _says(document: Document, span: Span) -> bool:
    """Whether a sentence is one, and not a byline, a caption's number, a picture or a remark in brackets."""
    text = document.text[slice(*span)]
    words = text.split()
    return len(words) >= _SHORT and text[-1:] in '.!?:”"' and not text.startswith(("![", "<", "("))


def _spread(found: Sequence[T], most: int) -> list[T]:
    """At most `most` of them, evenly from the first to the last."""
    if len(found) <= most or most < 1:
        return list(found[: max(most, 0)])
    return [found[round(i * (len(found) - 1) / (most - 1))] for i in range(most)] if most > 1 else list(found[:1])
