"""What a sentence states, taken apart to be compared: words, names, numbers, dates, negations, comparisons.

English word lists and plain patterns. This module does not know which of two sentences is the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.language import Date, Quantity, dates, is_function_word, quantities, terms
from rag.types import Span

__all__ = ["LEVELS", "Facts", "Name", "Word", "content", "facts", "opposites", "same_name", "stem_of"]

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*(?:\.(?=[A-Z]\.)[^\W_])*", re.UNICODE)
_QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»|‘([^’]{12,})’(?!\w)")
_STOP = re.compile(r"[,;:.!?()–—]")
_NEGATING = (
    "not no never cannot without neither nor none nobody nothing hardly barely scarcely fail failed fails failing "
    "refuse refused refuses refusing decline declined declines unable lack lacks lacked lacking deny denied denies "
    "denying prevented stopped nowhere unlikely impossible"
)
_NEGATORS = frozenset(_NEGATING.split())
_MERE = _NEGATORS & {"not", "no", "never", "cannot", "nor", "neither", "none", "without", "unlikely"}
"""Negators that say nothing else."""
_TURNS_ASIDE = frozenset(
    "that why whether if because although though while but which who whom whose where when until unless so".split()  # noqa: SIM905
)  # what comes after it is not negated any more
_LETS_PASS = frozenset("deny denies denied denying unlikely impossible".split())  # noqa: SIM905  # "denied that it had"
_PARTICLE = re.compile(r"\s*(?:no|yes|nope)\s*[,.!;:]", re.IGNORECASE)  # an answer's first word
_NEGATED_WORDS = 5  # content words after a negator that it may reach
_SURELY = 2  # of these, those that it does reach
LEVELS = {
    "none": 0, "neither": 0, "hardly": 0,
    "few": 1, "some": 2, "several": 2, "certain": 2, "sometimes": 2, "many": 3, "often": 3, "half": 3,
    "most": 4, "mostly": 4, "majority": 4, "usually": 4, "almost": 4, "nearly": 4,
    "all": 5, "every": 5, "each": 5, "always": 5, "entire": 5, "whole": 5, "everyone": 5, "everybody": 5,
}  # fmt: skip
_AT_LEAST = re.compile(
    r"(?:more|greater|higher|larger|longer) than|at least|over|above|exceed(?:s|ed|ing)?|no (?:less|fewer) than|"
    r"minimum of|upwards of|beyond",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:less|fewer|lower|smaller|shorter) than|at most|under|below|up to|no more than|maximum of|nearly|almost|"
    r"just short of",
    re.IGNORECASE,
)
_BOUNDS = ((_AT_LEAST, ">"), (_AT_MOST, "<"))
_OPPOSITES = (
    "increase decrease reduce decline drop; rise fall drop decline; grow shrink; gain lose; more less; more few; "
    "higher lower; high low; above below; over under; before after; earlier later; early late; first last; oldest "
    "youngest newest; older younger newer; old new young; largest smallest; larger smaller; large small; big "
    "small; biggest smallest; highest lowest; longest shortest; longer shorter; long short; most least; maximum "
    "minimum; majority minority; north south; east west; northern southern; eastern western; win lose; success "
    "failure; succeed fail; accept reject refuse; approve reject; allow ban prohibit forbid; permit prohibit ban; "
    "support oppose; include exclude; begin end; start end stop finish; open close; buy sell; import export; "
    "enter leave; arrive depart leave; public private; male female; man woman; boy girl; father mother; son "
    "daughter; brother sister; husband wife; king queen; live die; birth death; strong weak; stronger weaker; "
    "positive negative; better worse; best worst; agree disagree; true false; hot cold; warm cool; left right; "
    "upper lower; rich poor; richer poorer; always never; up down; fast slow; faster slower; improve worsen; "
    "strengthen weaken; expand contract; create destroy; confirm deny; guilty innocent; urban rural; domestic "
    "foreign; internal external; former current; past future; expensive cheap; safe dangerous; easy difficult; "
    "inside outside; same different; majority minority; victory defeat; ally enemy; friend enemy; summer winter; "
    "day night; morning evening; remain leave; join leave; love hate; light dark; add remove; appoint dismiss; "
    "hire fire; borrow lend; teach learn; ascend descend; advance retreat; attack defend; permanent temporary; "
    "voluntary compulsory; major minor; senior junior; ancient modern; active inactive; present absent; full "
    "empty; visible hidden"
)
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non")
_TITLES = frozenset("mr mrs ms dr prof sir lord lady general president minister king queen the a an".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is about something: its stem, as it stands, whether a negation reaches it."""

    stem: str
    text: str
    span: Span
    negated: bool | None  # None where a negation may reach it


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word, lower case and folded; `first` where it opens the sentence and may be no name at all."""

    text: str
    span: Span
    first: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """A sentence, taken apart. Everything is in the order of the text."""

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    spoken: frozenset[str]  # the stems of all words, function words too
    names: tuple[Name, ...]
    numbers: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    levels: tuple[tuple[int, str], ...]  # how much of a whole: 0 none .. 5 all, and the word
    bounds: tuple[tuple[str, int], ...]  # ">" or "<", and the offset where it ends
    quotes: tuple[str, ...]
    negator: str  # the first word that only negates, "" if none

    def around(self, span: Span, reach: int = 3) -> set[str]:
        """The stems of the words next to a place, `reach` on either side."""
        before = [word.stem for word in self.words if word.span.end <= span.start][-reach:]
        after = [word.stem for word in self.words if word.span.start >= span.end][:reach]
        return {*before, *after}

    def bound(self, number: Quantity) -> str:
        """The bound that stands before a number: ">", "<" or ""."""
        near = (sign for sign, end in self.bounds if 0 <= number.span.start - end <= 6)
        return next(near, "")


def _negates(word: str) -> bool:
    """Whether a word negates and says nothing else."""
    return word in _MERE or word.replace("’", "'").endswith("n't")


@lru_cache(maxsize=16384)
def content(text: str) -> frozenset[str]:
    """The stems of a text's words, function words left out: `facts(text).stems` at a fraction of its cost."""
    found = (stem_of(match[0].lower().replace("’", "'")) for match in _WORD.finditer(text))
    return frozenset(stem for stem in found if stem is not None)


@lru_cache(maxsize=4096)
def facts(text: str) -> Facts:
    """Takes a sentence apart."""
    words = tuple(_words(text))
    numbers = tuple(quantities(text))
    spelled = [(match[0].lower(), match.start()) for match in _WORD.finditer(text)]
    return Facts(
        text=text,
        words=words,
        stems=frozenset(word.stem for word in words),
        spoken=frozenset(terms(text)),
        names=tuple(_names(text)),
        numbers=numbers,
        dates=tuple(dates(text)),
        levels=tuple((LEVELS[word], word) for word, _ in spelled if word in LEVELS),
        bounds=tuple((sign, match.end()) for pattern, sign in _BOUNDS for match in pattern.finditer(text)),
        quotes=tuple(next(filter(None, match.groups()), "") for match in _QUOTED.finditer(text)),
        negator=next((w for w, at in spelled if _negates(w) and not _merely(text, at)), ""),
    )


def _merely(text: str, at: int) -> bool:
    """Whether a negator at an offset denies nothing: "not only", an answer's "No,"."""
    return text[at : at + 9].lower() == "not only " or (not text[:at].strip() and _PARTICLE.match(text) is not None)


def _words(text: str) -> Iterator[Word]:
    """Words with their polarity: a negator reaches the next few words, up to the next mark or clause; two cancel."""
    reach, stop, passes = 0, 0, False
    for match in _WORD.finditer(text):
        lower = match[0].lower().replace("’", "'")
        if reach and (_STOP.search(text, stop, match.start()) or (lower in _TURNS_ASIDE and not passes)):
            reach = 0
        stop = match.end()
        if (lower in _NEGATORS or lower.endswith("n't")) and not _merely(text, match.start()):
            twice = reach > _NEGATED_WORDS - _SURELY and _negates(lower)
            reach, passes = 0 if twice else _NEGATED_WORDS, lower in _LETS_PASS
            if _negates(lower):
                continue
        stem = stem_of(lower)
        if stem is None:
            continue
        negated = None if 0 < reach <= _NEGATED_WORDS - _SURELY else reach > 0
        yield Word(stem, match[0], Span(*match.span()), negated)
        reach = max(reach - 1, 0)


@lru_cache(maxsize=65536)
def stem_of(word: str) -> str | None:
    """The word as it is compared; None for function words."""
    found = terms(word.removesuffix("'s").removesuffix("'").replace(".", ""))
    return None if not found or is_function_word(found[0]) else found[0]


def _names(text: str) -> Iterator[Name]:
    opening = True
    for match in _WORD.finditer(text):
        word = match[0]
        if word[0].isupper() and not (opening and stem_of(word.lower()) is None):
            lower = " ".join(terms_of_name(word))
            if lower and lower not in _TITLES and not _is_date_word(word):
                yield Name(lower, Span(*match.span()), opening and not word[1:2].isupper())
        rest = text[match.end() : match.end() + 2]
        opening = bool(re.match(r"[.:!?]\s|[\"“]", rest)) and not re.fullmatch(r"[A-Z]|Mr|Mrs|Dr|St|vs|No", word)


def terms_of_name(word: str) -> list[str]:
    """A name as it is compared: folded, lower case, without a possessive, not stemmed."""
    import unicodedata

    bare = re.sub(r"[’']s?$", "", word).replace(".", "")
    folded = unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode() or bare
    return [folded.lower()]


def _is_date_word(word: str) -> bool:
    return bool(dates(f"1 {word} 2000")[0].month) or word in _DAYS


_DAYS = frozenset("Monday Tuesday Wednesday Thursday Friday Saturday Sunday I".split())  # noqa: SIM905


def same_name(one: str, other: str) -> bool:
    """Equal, or a form of the other: "Pakistani" and "Pakistan", "British" and "Britain"."""
    if one == other:
        return True
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= 4 and shared >= 0.55 * max(len(one), len(other)) and abs(len(one) - len(other)) <= 4


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _OPPOSITES.split(";"):
        first, *others = (terms(word)[0] for word in group.split())
        for other in others:
            found.setdefault(first, set()).add(other)
            found.setdefault(other, set()).add(first)
    return {word: frozenset(others) for word, others in found.items()}


def opposites(word: str, among: frozenset[str]) -> str | None:
    """A stem among others that says the opposite: "fell" for "rose", "illegal" for "legal"."""
    for other in sorted(_opposites().get(word, frozenset()) & among):
        return other
    for prefix in _PREFIXES if len(word) > 3 else ():
        if prefix + word in among:
            return prefix + word
        if word.startswith(prefix) and len(word) > len(prefix) + 3 and word[len(prefix) :] in among:
            return word[len(prefix) :]
    return None
