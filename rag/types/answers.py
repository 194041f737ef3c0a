"""An answer: claims, each with citations that quote their source exactly; and the events it comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from rag.types.json import JSON, plain
from rag.types.passages import Passage
from rag.types.spans import Span

__all__ = ["Answer", "AnswerStatus", "Citation", "Claim", "Delta", "Done", "Event", "Found", "Role", "Support", "Turn"]

AnswerStatus: TypeAlias = Literal["answered", "partly", "not_found"]
PartlyReason: TypeAlias = Literal["closest", "incomplete", ""]
AnswerShape: TypeAlias = Literal["fact", "list", "explanation", "overview", "comparison", "yes_no", "cell"]


Support: TypeAlias = Literal["quoted", "supported", "unsupported", "contradicted"]


Role: TypeAlias = Literal["user", "assistant"]


CLOSEST = "The sources do not say this outright. They come closest here:"
"""How an answer that is `partly` with the reason "closest" is introduced, wherever it is shown."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered pointer to source text: `quote == document.text[span]`, always. `page` is where the span starts.

    `answer` is the part of `span` that holds the exact words asked for, where they are known.
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

    def __str__(self) -> str:
        """The sentence with its `[n]` marks, and what is wrong with it where something is."""
        said = {"unsupported": " (not found in the sources)", "contradicted": " (the sources say otherwise)"}
        return self.text + said.get(self.support, "") + "".join(f" [{citation.number}]" for citation in self.citations)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `asked_as` is the stand-alone form it was understood as; `confidence` lies in [0, 1].

    `answered`: the claims answer. `partly` with the reason "closest": the sources do not say it outright, the claims
    are the closest sentences; with "incomplete": the claims answer a part, and `notes` name what was not found.
    `not_found`: no claims; `passages` are the nearest ones, offered as such and never as citations. `notes` are
    sentences about the answer for the person who asked: that sources differ, that it was limited to some of them.
    `differing` are the numbers of citations whose exact words are different figures for the same thing.
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

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations in order of number, each once."""
        unique = {citation.number: citation for claim in self.claims for citation in claim.citations}
        return tuple(unique[number] for number in sorted(unique))

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
        """Markdown: the sentences with `[n]` marks, then the list of sources."""
        if self.status == "not_found":
            lines = ["The sources do not answer this question.", *self.notes]
            if self.passages:
                lines += ["", "Nearest passages, which do not answer it:"]
                lines += [f"- {_place(p.document.name, p.document.path, None)}" for p in self.passages[:3]]
            return "\n".join(lines)
        said = " ".join(map(str, self.claims))
        if self.reason == "closest":
            said = f"{CLOSEST}\n\n" + "\n".join(f"- {claim}" for claim in self.claims)
        cited = self.citations
        sources = [f'[{c.number}] {_place(c.title, c.path, c.page_label or c.page)}: "{c.quote}"' for c in cited]
        return "\n".join([said, *self.notes, "", "Sources:", *sources])


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


def _place(title: str, path: str, page: str | int | None) -> str:
    return f"{title} ({path}{f', page {page}' if page is not None else ''})"
