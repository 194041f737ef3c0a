"""An answer: claims, each with citations that quote their source exactly; and the events it comes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, TypeAlias, cast

from rag.types.json import JSON, plain
from rag.types.passages import Passage
from rag.types.quoted_rows import QuotedRows, markdown_head, markdown_row
from rag.types.spans import Span

__all__ = [
    "CLOSEST",
    "INCOMPLETE",
    "NOT_FOUND",
    "Answer",
    "AnswerSection",
    "AnswerShape",
    "AnswerStatus",
    "Citation",
    "Claim",
    "Delta",
    "Done",
    "Event",
    "Found",
    "PartlyReason",
    "Role",
    "Support",
    "Turn",
    "introduction",
    "parts",
]

AnswerStatus: TypeAlias = Literal["answered", "partly", "not_found"]
PartlyReason: TypeAlias = Literal["closest", "incomplete", ""]
AnswerShape: TypeAlias = Literal["fact", "list", "explanation", "overview", "comparison", "yes_no", "cell"]


Support: TypeAlias = Literal["quoted", "supported", "unsupported", "contradicted"]


Role: TypeAlias = Literal["user", "assistant"]


CLOSEST = "The sources do not say this outright. They come closest here:"
"""How an answer that is `partly` with the reason "closest" is introduced, wherever it is shown."""


INCOMPLETE = "The sources answer part of this question."
"""How an answer that is `partly` with the reason "incomplete" is introduced; its notes name what was not found."""


NOT_FOUND = "The sources do not answer this question."
"""What an answer that is `not_found` says, wherever it is shown."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered pointer to source text: `quote == document.text[span]`, always. `page` is where the span starts.

    `answer` is the part of `span` that holds the exact words asked for, where they are known; `table` is what is quoted
    as rows of a table, where it is that.
    """

    number: int
    document_id: str
    path: str
    title: str
    page: int | None
    page_label: str | None
    span: Span
    quote: str
    answer: Span | None = None
    table: QuotedRows | None = None

    @property
    def place(self) -> str:
        """Where in its file it stands, in words: "page iv", "Costs, B7:D7"; "" where the file has no such places."""
        page = self.page_label or self.page
        sheet = self.table.place if self.table else ""
        return ", ".join(filter(None, (f"page {page}" if page is not None else "", sheet)))

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return cast(dict[str, JSON], plain(self))


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and the citations that carry it.

    `group` is the side of a comparison or the section of an overview that it belongs to, "" for none. `answer` is where
    in `text` the exact words asked for stand, in code points of `text`, where they are known.
    """

    text: str
    citations: tuple[Citation, ...]
    support: Support
    answer: Span | None = None
    group: str = ""

    @property
    def table(self) -> QuotedRows | None:
        """The rows that are quoted, which are shown in place of `text`; None where the claim is a sentence."""
        return self.citations[0].table if self.support == "quoted" and self.citations else None

    @property
    def marks(self) -> str:
        """The numbers of its citations as they stand behind it: "[1] [3]"."""
        return " ".join(f"[{citation.number}]" for citation in self.citations)

    @property
    def doubt(self) -> str:
        """What is wrong with it where something is, to stand behind it; else ""."""
        said = {"unsupported": " (not found in the sources)", "contradicted": " (the sources say otherwise)"}
        return said.get(self.support, "")

    def __str__(self) -> str:
        """The sentence with what is wrong with it, and its `[n]` marks."""
        return self.text + self.doubt + "".join(f" [{citation.number}]" for citation in self.citations)


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """Claims of an answer that stand together: below a heading ("" for none), as rows of one table, as items of a list
    or as running text.
    """

    heading: str
    items: bool
    claims: tuple[Claim, ...]
    table: bool = False


def introduction(reason: PartlyReason) -> str:
    """The sentence that says how far what follows is an answer; "" where that needs no saying."""
    return {"closest": CLOSEST, "incomplete": INCOMPLETE, "": ""}[reason]


def parts(claims: Sequence[Claim], shape: AnswerShape, reason: PartlyReason = "") -> tuple[AnswerSection, ...]:
    """The claims in order, in the parts that they are shown in: a heading where a group begins, and lists as lists.

    Closest sentences are items each; so are those of a list and of an overview without sections, but for a sentence
    that announces the ones behind it with a colon. Rows that follow each other in the same table stand in one.
    """

    listed = shape == "list" or (shape == "overview" and not any(claim.group for claim in claims))

    def itemised(claim: Claim) -> bool:
        return claim.table is None and (reason == "closest" or (listed and not claim.text.endswith(":")))

    def kind(claim: Claim) -> tuple[bool, tuple[object, ...]]:
        table = claim.table
        return itemised(claim), (claim.citations[0].document_id, table.sheet, table.heads) if table else ()

    found: list[AnswerSection] = []
    for group, own in groupby(claims, lambda claim: " ".join(claim.group.split())):
        heading = group[:1].upper() + group[1:]
        for (items, table), run in groupby(own, kind):
            found.append(AnswerSection(heading, items, tuple(run), bool(table)))
            heading = ""
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `asked_as` is the stand-alone form it was understood as; `confidence` lies in [0, 1].

    `answered`: the claims answer. `partly` with the reason "closest": the sources do not say it outright, the claims
    are the closest sentences; with "incomplete": the claims answer a part, and `notes` name what was not found;
    without a reason: the words of a question in another language than English lead to this cell of a table, which
    nothing has judged.
    An answer about the sources themselves, such as which they are, may stand in its notes alone.
    `not_found`: no claims; `passages` are the nearest ones, offered as such and never as citations. `notes` are
    sentences about the answer for the person who asked: that sources differ, that it was limited to some of them.
    `differing` are the numbers of citations whose exact words are different figures for the same thing. `opening`
    introduces the claims of an answer that is `partly` in other words than those of its reason: in another language.
    """

    question: str
    asked_as: str
    status: AnswerStatus
    claims: tuple[Claim, ...]
    passages: tuple[Passage, ...]
    confidence: float
    notes: tuple[str, ...] = ()
    differing: tuple[int, ...] = ()
    reason: PartlyReason = ""
    shape: AnswerShape = "fact"
    opening: str = ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations in order of number, each once."""
        unique = {citation.number: citation for claim in self.claims for citation in claim.citations}
        return tuple(unique[number] for number in sorted(unique))

    @property
    def introduction(self) -> str:
        """How the claims are introduced: `opening`, `CLOSEST`, `INCOMPLETE` or ""."""
        return (self.opening or introduction(self.reason)) if self.status == "partly" else ""

    def pieces(self) -> Iterator[str]:
        """The answer as Markdown, claim by claim; joined they are what `str` begins with. None for `not_found`."""
        opening = ""
        if said := self.introduction:
            yield said
            opening = "\n\n"
        for part in parts(self.claims, self.shape, self.reason if said else ""):
            opening += f"### {part.heading}\n\n" if part.heading else ""
            for piece, closing in self._part(part):
                yield opening + piece
                opening = closing
            opening = "\n\n"

    def _part(self, part: AnswerSection) -> Iterator[tuple[str, str]]:
        """Each claim of a part as Markdown, with what parts it from the next one."""
        for claim in part.claims:
            if part.table and (table := claim.table) is not None:
                head = f"{markdown_head(table)}\n" if claim is part.claims[0] else ""
                cell = table.cell if self.reason != "closest" else None
                rows = (
                    markdown_row(row, claim.marks, cell[1] if cell and cell[0] == at else None)
                    for at, row in enumerate(table.rows)
                )
                yield head + "\n".join(rows), "\n"
            else:
                yield f"{'- ' if part.items else ''}{claim}", "\n" if part.items else " "

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names; passages and claims are as their own `to_dict` gives them."""
        return {
            "question": self.question,
            "asked_as": self.asked_as,
            "status": self.status,
            "reason": self.reason,
            "shape": self.shape,
            "claims": [plain(claim) for claim in self.claims],
            "passages": [passage.to_dict() for passage in self.passages],
            "confidence": round(self.confidence, 4),
            "notes": list(self.notes),
            "differing": list(self.differing),
        }

    def __str__(self) -> str:
        """Markdown: the sentences with `[n]` marks, the notes, then the list of sources."""
        if self.status == "not_found":
            lines = [NOT_FOUND, *self.notes]
            if self.passages:
                lines += ["", "Nearest passages, which do not answer it:"]
                lines += [f"- {p.document.name} ({p.document.path})" for p in self.passages[:3]]
            return "\n".join(lines)
        if not self.claims:  # of the sources themselves: that is told in notes
            return "\n".join(self.notes)
        notes = ["", *self.notes] if self.notes else []
        shown = {citation.number for claim in self.claims if claim.table for citation in claim.citations}
        sources = [_source(citation, citation.number in shown) for citation in self.citations]
        return "\n".join(["".join(self.pieces()), *notes, "", "Sources:", *sources])


@dataclass(frozen=True, slots=True)
class Found:
    """The first event of an answer: the passages it will be read from."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """A further piece of the answer's text, as it comes; marks are never split over two pieces.

    `anew`: what came before is withdrawn, since a language model was only thinking aloud.
    """

    text: str
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The last event: the whole answer."""

    answer: Answer


Event: TypeAlias = Found | Delta | Done


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation."""

    role: Role
    text: str


def _source(citation: Citation, shown: bool) -> str:
    """A line of the list of sources; rows that are shown as a table above are not said again."""
    place = f"[{citation.number}] {citation.title} ({', '.join(filter(None, (citation.path, citation.place)))})"
    if citation.table is not None:
        return place if shown else f"{place}: {citation.table}"
    return f'{place}: "{citation.quote}"'
