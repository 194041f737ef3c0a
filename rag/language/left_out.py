"""What a reader left out, as the terminal and the page say it: "3 running heads (pages 1-3, 12 words)".

Owns the words for each kind; one that is not listed is named as it is, with an s where there are several. This module
does not know how anything is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TypeAlias

from rag.types import JSON

if TYPE_CHECKING:
    from rag.types import Left, LeftKind

__all__ = ["LeftPhrase", "Standing", "left_phrases"]

Standing: TypeAlias = Literal["left out", "in doubt"]

_NAMES: dict[LeftKind, tuple[str, str]] = {  # of one and of several
    "text box": ("text box", "text boxes"),
    "hidden text": ("piece of hidden text", "pieces of hidden text"),
    "formula": ("formula without a value", "formulas without a value"),
    "unreadable text": ("piece of unreadable text", "pieces of unreadable text"),
    "consent text": ("text that asks for consent", "texts that ask for consent"),
    "navigation": ("piece of navigation", "pieces of navigation"),
    "limit": ("part beyond a limit", "parts beyond a limit"),
}
_DOUBTS: dict[LeftKind, str] = {"doubtful encoding": "the encoding"}
_MOST = 6  # places, or runs of places, that are named


@dataclass(frozen=True, slots=True)
class LeftPhrase:
    """One entry in words: `what` ("3 running heads"), `where` ("pages 1-3", may be empty), and its words if known."""

    standing: Standing
    what: str
    where: str
    words: int

    def __str__(self) -> str:
        words = _counted(self.words, "word") if self.words else ""
        details = ("; " if "; " in self.where else ", ").join(filter(None, [self.where, words]))
        return f"{self.what} ({details})" if details else self.what

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, with the whole phrase as `said`."""
        return {"standing": self.standing, "what": self.what, "said": str(self)}


def left_phrases(left: Sequence[Left]) -> list[LeftPhrase]:
    """The entries of a document's ledger in words, what is only in doubt last."""
    found = [_phrase(one) for one in left]
    return sorted(found, key=lambda one: one.standing == "in doubt")


def _phrase(one: Left) -> LeftPhrase:
    where = _where(one.places, besides=one.kind.split()[-1])
    if one.kind in _DOUBTS:
        return LeftPhrase("in doubt", _DOUBTS[one.kind], where, one.words)
    names = _NAMES.get(one.kind, (one.kind, f"{one.kind}s"))
    return LeftPhrase("left out", _counted(one.count, *names), where, one.words)


def _counted(count: int, name: str, names: str = "") -> str:
    return f"{count:,} {name if count == 1 else names or f'{name}s'}"


def _where(places: Sequence[str], besides: str) -> str:
    """Places in short: runs of numbers are drawn together; their noun is said once, and not beside the same noun."""
    found: list[str] = []
    for noun, group in groupby(places, key=_noun):
        names = [place[len(noun) :].strip() for place in group]
        runs = _runs(names) if noun else names
        mark = "; " if any(", " in name for name in names) else ", "
        said = mark.join(runs[:_MOST])
        if len(runs) > _MOST:
            said += f" and {len(runs) - _MOST:,} more"
        told = noun if len(names) == 1 else f"{noun}s"
        found.append(said if noun in ("", besides) else f"{told} {said}")
    return "; ".join(found)


def _noun(place: str) -> str:
    """ "page" of "page 3", "sheet" of "sheet Costs"; empty where a place is only a name, or one within another."""
    first, _, rest = place.partition(" ")
    return first if rest and first in _NOUNS and ", " not in rest else ""


_NOUNS = (
    "page",
    "slide",
    "sheet",
    "chapter",
    "part",
    "line",
    "cell",
    "section",
    "message",
    "table",
    "row",
    "note",
    "attachment",
)


def _runs(names: Sequence[str]) -> list[str]:
    runs: list[list[str]] = []
    for name in names:
        if runs and name.isdecimal() and runs[-1][-1].isdecimal() and int(name) == int(runs[-1][-1]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
