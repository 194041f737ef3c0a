"""What a question asks of a table: other names of columns, what is to be worked out, words that only carry it.

English only. This module does not know tables.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from rag.language.words import is_function_word, sets_apart, terms

__all__ = [
    "Bound",
    "Working",
    "bounds_in",
    "carries",
    "is_related",
    "kind_asked",
    "named_otherwise",
    "order_of_days",
    "period_asked",
    "sets_rows_apart",
    "verb_after_did",
    "workings_in",
]

Working: TypeAlias = Literal["highest", "lowest", "count", "all", "sum", "average", ""]
ValueKind: TypeAlias = Literal["figure", "moment", "words", ""]

_OTHERWISE = (  # what is said in a question; how a column may be called for it
    ("cost costs costing priced price pay pays paid charge charged", "price cost fee fare rent rate charge amount"),
    ("much", "price cost fee fare rent amount sum"),
    ("expensive cheap cheapest dear dearest", "price cost fee fare rent"),
    ("leave leaves leaving departure depart start starts", "depart departure leave leaves leaving start"),
    ("arrive arrival arrives reach", "arrive arrival arrives"),
    ("live lives living home resident based located stay", "town city address place residence location country home"),
    ("where", "town city address place location room office country region site venue"),
    ("who whose", "name surname person contact manager author owner tenant"),
    ("when", "date day time year"),
    ("long longest shortest short", "length duration time"),
    ("far farthest", "distance"),
    ("big large bigger larger biggest largest smallest small size", "area size basin surface volume"),
    ("old oldest young youngest age", "age born birth founded built year"),
    ("tall high tallest highest", "height elevation altitude"),
    ("heavy heaviest light lightest weigh weighs", "weight mass"),
    ("deep deepest", "depth"),
    ("wide widest broad", "width"),
    ("fast fastest slow slowest", "speed"),
    ("warm hot cold warmest hottest coldest", "temperature"),
    ("phone telephone call tel", "phone telephone tel mobile number extension"),
    ("mail email", "email mail e-mail"),
    ("sit seat seats fit hold capacity", "seats capacity places"),
    ("inhabitants people residents", "population inhabitants"),
    ("earn earns make makes paid pay", "salary wage income pay"),
    ("called call name named title", "name title"),
    ("born birthday birth", "born birth birthday"),
    ("joined join member since", "joined since entry member"),
    ("sold sell sells", "sales sold"),
    ("earliest latest newest recent recently first last oldest youngest", "date day year released founded opened"),
    ("work works job position role", "post position job role title department"),
    ("score scored win won", "score points result winner"),
    ("weeks days months duration last lasts", "duration length"),
    ("maximum max highest largest", "maximum max peak"),
    ("minimum min lowest smallest", "minimum min"),
    ("average mean", "average avg mean"),
    ("week", "wk"),
    ("hour hours", "hrs hr hours"),
    ("minute minutes", "mins min minutes"),
    ("extension", "ext extension"),
    ("quantity many", "qty quantity"),
    ("amount", "amt amount"),
    ("temperature", "temp temperature"),
    ("department", "dept department"),
    ("reference", "ref reference"),
    ("percentage percent share", "pct percent percentage share"),
    ("open opens opening", "opens open opening from"),
    ("close closes closing shut", "closes close closing until to"),
)
_CARRIERS = (
    "have get give show tell list look find say see want know need use take make do go come fall stand sit lie live "
    "belong place order put pay sell buy charge offer run work hold call name record report register enter enter "
    "listed according table sheet row column cell entry list record file document data please current currently "
    "exactly there actually altogether overall in all respective given give value amount number ratio figure total sum "
    "after before until till since during between near among as much many count kind type be become rent ship book "
    "stay cost happen set note mention people person one "
    "what's whats who's whos wheres hows goes went came comes said says got gets made time date day year month"
)
_HELPER = re.compile(r"\b(?:did|does|do)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_NOT_APART = re.compile(
    r"\b(?:look(?:s|ed|ing)? after|(?:until|till|before|after|since) (?:when|which|what))\b|"
    r"\bno\b\.?(?= \d)|\bno(?=-\w)",
    re.IGNORECASE,
)
_RANKED = re.compile(r"\b(?:placed|ranked|finished|came|placing|ranking) (?:first|last|top|best|worst)\b")
_HIGHEST = (
    "highest|largest|biggest|greatest|most expensive|most recently|most recent|most|maximum|max|longest|tallest|oldest|"
    "heaviest|deepest|widest|fastest|latest|newest|last|dearest|farthest|best|warmest|hottest|top"
)
_LOWEST = (
    "lowest|smallest|least|fewest|minimum|min|shortest|youngest|lightest|slowest|earliest|first|cheapest|nearest|"
    "worst|coldest|bottom"
)
_DAYS = {
    "latest": 1,
    "newest": 1,
    "recent": 1,
    "recently": 1,
    "last": 1,
    "youngest": 1,
    "earliest": -1,
    "first": -1,
    "oldest": -1,
}
_NAMES_SEVERAL = (
    r"(?:which|what) (?:of )?(?:the )?(?:\w+ )?(?:(?!(?:is|was|has|does)\b)\w*[^\Wsu]s|people|men|women|children)\b "
    r"(?!is\b|was\b|has\b|does\b)\w"
)
_WORKINGS: tuple[tuple[Working, str], ...] = (
    ("average", r"\b(?:on )?average\b|\bmean\b(?! by)"),
    ("sum", r"\b(?:in total|sum of|total of all|altogether|add(?:ed)? up|(?:combined|total) \w+ of all|sum up)\b"),
    ("highest", rf"\b(?:{_HIGHEST})\b"),
    ("lowest", rf"\b(?:{_LOWEST})\b"),
    ("count", r"^how many\b|\bnumber of (?:rows|entries|records)\b"),
    (
        "all",
        r"^(?:show|name|give me|find)\b.*\b(?:all|every|rows|each)\b|^(?:all|list|who all|who are)\b|"
        rf"^{_NAMES_SEVERAL}",
    ),
)


_WHICH_PERIOD = re.compile(r"\b(?:in |on )?(?:which|what) (year|half|quarter|month|week|day)s?\b", re.IGNORECASE)


class Bound(NamedTuple):
    """More or less than a number, or a day: `sign` is one of ">", ">=", "<", "<="; and where that is said."""

    sign: str
    text: str
    start: int
    end: int


_NUMBER = r"[$€£]?\s?\d[\d.,:’'/-]*\d|\d"
_DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? )?[A-Za-z]{3,9} (?:\d{1,2},? )?\d{4}"
_LIMIT = rf"({_DAY}|{_NUMBER})"
_BETWEEN = re.compile(rf"\bbetween (?:the )?{_LIMIT} and (?:the )?{_LIMIT}", re.IGNORECASE)
_BOUNDS = tuple(  # the longer sayings first
    (sign, re.compile(rf"\b(?:{words})\s+(?:the )?{_LIMIT}", re.IGNORECASE))
    for sign, words in (
        (">=", "at least|no less than|no fewer than|minimum of|since"),
        ("<=", "at most|no more than|not more than|up to|maximum of|until|till"),
        (">", "more than|over|above|(?:great|high|larg|long|old)er than|exceeding|after|beyond"),
        ("<", "less than|under|below|fewer than|(?:low|small|short|cheap|earli)er than|before"),
    )
)


def bounds_in(question: str) -> list[Bound]:
    """The bounds that a question sets: "more than 1,000", "before 3 May 2020", "between 5 and 9"."""
    found: list[Bound] = []
    for match in _BETWEEN.finditer(question):
        found += [Bound(">=", match[1], *match.span()), Bound("<=", match[2], *match.span())]
    for sign, pattern in _BOUNDS:
        for match in pattern.finditer(question):
            if all(match.end() <= other.start or match.start() >= other.end for other in found):
                found.append(Bound(sign, match[1], *match.span()))
    return sorted(found, key=lambda bound: bound.start)


def workings_in(question: str) -> list[tuple[Working, tuple[int, int]]]:
    """What may be meant to be worked out over rows, likeliest first, each with the words that say so."""
    plain = _RANKED.sub(lambda match: " " * len(match[0]), question.lower().rstrip(" ?.!"))
    found = []
    for working, pattern in _WORKINGS:
        if (match := re.search(pattern, plain)) is not None:
            found.append((working, match.span() if working != "all" else (0, 0)))
    return found


def period_asked(question: str) -> tuple[str, int, int] | None:
    """The stretch of time that a question asks for, "year" of "in which year", and where it says so."""
    found = _WHICH_PERIOD.search(question)
    return None if found is None else (found[1].lower(), *found.span())


def order_of_days(word: str) -> int:
    """1 where a word such as "latest" asks for the last day, -1 for the first, 0 where it is not of days."""
    return _DAYS.get(word.lower(), 0)


def kind_asked(question: str) -> ValueKind:
    """The kind of value that a question asks for by its asking word."""
    plain = question.lower()
    if re.search(r"\b(?:when|what time|what date|which day|what day|what year|which year)\b", plain):
        return "moment"
    if re.search(r"\bhow (?:much|many|high|long|old|far|big|large|tall|deep|heavy|wide|fast)\b", plain):
        return "figure"
    return "words" if re.search(r"\b(?:who|whom|whose|where)\b", plain) else ""


def named_otherwise(term: str) -> frozenset[str]:
    """The terms that a column may be called by for what a term of a question asks."""
    return _otherwise().get(term, frozenset())


def carries(term: str, word: str = "") -> bool:
    """Whether a term carries a question without saying which row or column is asked for; verbs in small letters do."""
    if is_function_word(term):
        return True
    if word.lower().endswith("ing"):  # the rowing club is no row
        return False
    return term in _carriers() or (word.islower() and _is_verb(word))


def verb_after_did(question: str) -> tuple[int, int] | None:
    """Where the verb stands that goes with "did" and the like, "pick" of "how many did Ann pick in May"."""
    helper = _HELPER.search(question)
    if helper is None:
        return None
    words = list(_WORD.finditer(question, helper.end()))
    for word, after in zip(words[1:], [*words[2:], None], strict=True):
        ends = after is None or is_function_word(after[0].lower())
        if ends and word[0].islower() and not is_function_word(word[0]) and _may_be_verb(word[0]):
            return word.span()
    return None


def sets_rows_apart(question: str) -> bool:
    """Whether another row is asked for than the one that is named: "the voucher before V-517", not "until when"."""
    return sets_apart(_NOT_APART.sub(" ", question))


@lru_cache(maxsize=4096)
def _may_be_verb(word: str) -> bool:
    from lemminflect import getAllLemmas

    return word in getAllLemmas(word).get("VERB", ())


@lru_cache(maxsize=4096)
def _is_verb(word: str) -> bool:
    """Whether a word is a verb in a form that no noun has: "delivers", "sold"."""
    from lemminflect import getAllLemmas

    kinds = set(getAllLemmas(word))
    return "VERB" in kinds and not kinds & {"NOUN", "PROPN", "ADJ"}


def is_related(one: str, other: str) -> bool:
    """Whether two terms are of one family by their form: "visit" and "visitor"."""
    short, long = sorted((one, other), key=len)
    if len(short) == 4:  # "pick" and "picker"
        return long in (f"{short}er", f"{short}or")
    return len(short) > 4 and long.startswith(short[: max(5, len(short) - 1)]) and len(long) - len(short) < 5


@lru_cache(maxsize=1)
def _otherwise() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for said, heads in _OTHERWISE:
        for term in terms(said):
            found.setdefault(term, set()).update(terms(heads))
    return {term: frozenset(heads) for term, heads in found.items()}


@lru_cache(maxsize=1)
def _carriers() -> frozenset[str]:
    return frozenset(terms(_CARRIERS))
