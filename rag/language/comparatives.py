"""What a comparative asks of each thing it compares: "which has more rooms, A or B" asks how many rooms A has.

Patterns of English. This module does not know how the things that are compared are named in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from rag.language.followups import AUXILIARY

__all__ = ["COMPARATIVE", "Compared", "compared_in"]

COMPARATIVE = r"(?:better|worse|more|less|fewer|earlier|later|(?!over|under|after|other|never|number)\w{3,}er)"
_BE, _DO, _HAVE = r"(?:is|are|was|were)", r"(?:does|do|did)", r"(?:has|have|had)"
_IN = r"(?:in|for|at|of|by|on|to|from|with|during)"
_EACH = rf"(?:(?P<p>{_IN}) )?(?P<a>[^,:]+?) or (?:{_IN} )?(?P<b>[^,:]+)"
_HOW = rf"(?:(?:much|far|an?|the) )*(?P<how>{COMPARATIVE})\b ?(?P<what>[^,:]*?)"
_TWO_OF = r"(?: of (?:the |these |those )?(?:two|both|them))?"
_WHICH = rf"(?P<at>{_IN} )?(?P<asks>which|what|who){_TWO_OF}(?P<head> .*?)?"
_TURNED = re.compile(rf"(?P<pair>.+? (?:or|vs\.?|versus) [^,:]+)[,:] (?P<asks>(?:{_IN} )?(?:which|who|what)\b.+)", re.I)
_WHICH_OF = re.compile(rf"{_WHICH} {_HOW}[,:] {_EACH}", re.I)  # "which is older, A or B"
_WHICH_OR = re.compile(  # "which is older A or B", of names that are one word or a name
    rf"{_WHICH} (?P<how>{COMPARATIVE})(?P<what>) (?:(?P<p>{_IN}) )?"
    rf"(?P<a>(?:the )?[\w’'-]+(?: [A-Z][\w’'-]*){{0,3}}) or (?:{_IN} )?(?P<b>.+)",
    re.I,
)
_EITHER = re.compile(rf"{_BE} (?P<a>.+?) or (?P<b>.+?) (?P<how>{COMPARATIVE})(?P<what>)", re.I)  # "is A or B older"
_WHERE = re.compile(  # "are there more ships in A or in B", "is rainfall higher in A or B"
    rf"(?P<aux>{AUXILIARY}) (?P<subject>.+?) {_HOW} (?P<p>{_IN}) (?P<a>[^,]+?) or (?:{_IN} )?(?P<b>[^,]+)", re.I
)
_WHERE_THAN = re.compile(  # "is it colder in A than in B"
    rf"(?P<aux>{AUXILIARY}) (?P<subject>.+?) {_HOW} (?P<p>{_IN}) (?P<a>[^,]+?) than (?P=p) (?P<b>[^,]+)", re.I
)
_THAN = re.compile(  # "does A carry more cars than B"
    rf"(?P<aux>{AUXILIARY}) (?P<a>.+?) {_HOW} than (?P<b>(?!\d|any\b|ever\b|nothing\b|usual\b|expected\b|before\b).+)",
    re.I,
)
_HOW_MUCH_MORE = re.compile(
    rf"how (?:much|many) {_HOW} ?(?P<aux>{_DO}|{_BE}) (?P<a>.+?) (?P<verb>\w+) than (?P<b>.+)", re.I
)
_MEASURES = {  # what a comparative compares, where it has a name
    "larger": "area or size", "bigger": "size", "smaller": "size or area", "older": "age", "younger": "age",
    "longer": "length", "shorter": "length", "richer": "income", "poorer": "income", "faster": "speed",
    "slower": "speed", "cheaper": "price", "stronger": "strength", "weaker": "strength", "greater": "size",
    "taller": "height", "deeper": "depth", "wider": "width", "earlier": "date", "later": "date", "heavier": "weight",
    "lighter": "weight", "hotter": "temperature", "colder": "temperature",
}  # fmt: skip
_GRADES = frozenset(("better", "worse"))
_AMOUNTS = frozenset(("more", "less", "fewer"))
_ENDS_IN_E = frozenset("larg wid saf lat nic wis clos rar strang fin brav loos simpl gentl".split())  # noqa: SIM905
_COUNTED = re.compile(r"(?:\w+ )?(?:\w+[^\Wsui]s|people|men|women|children)\b", re.I)


class Compared(NamedTuple):
    """Two things as a question names them, and what is asked of each, `{}` standing for its name."""

    a: str
    b: str
    asks: str


def compared_in(question: str) -> Compared | None:
    """What a question without its mark compares by a comparative; None where it does not.

    What is asked of each is "What is {}?" where the comparative says only that one is better.
    """
    if turned := _TURNED.fullmatch(question):
        pair = re.sub(r" (?:vs\.?|versus) ", " or ", turned["pair"], flags=re.IGNORECASE)
        question = f"{turned['asks']}, {pair}"
    for pattern, read in _FORMS:
        found = pattern.fullmatch(question)
        if found and _is_graded(found["how"].lower()):
            return read(found)
    return None


def _much_more(found: re.Match[str]) -> Compared:
    """Of "how much more does A cost than B"."""
    asks = f"{_how_many(found['what'])} {found['aux'].lower()} {{}} {found['verb']}?"
    return Compared(found["a"], found["b"], asks)


def _either(found: re.Match[str]) -> Compared:
    """Of "is A or B older"."""
    return Compared(found["a"], found["b"], _quality(found["how"].lower(), "", "{}"))


def _which(found: re.Match[str]) -> Compared:
    """Of "which town has more ships, A or B"."""
    how, what, head = found["how"].lower(), found["what"].strip(), (found["head"] or "").strip()
    place = (found["at"] or "").strip().lower()
    between = found["p"] or place
    a, b = found["a"], found["b"]
    verb = head if found["asks"].lower() == "who" and " " not in head else head.rpartition(" ")[2]
    one = f"{between} {{}}" if between else "{}"
    if place:  # "in which town does it rain more": the rest is a question of its own
        rest = re.search(rf"\b{AUXILIARY} .+$", head, re.IGNORECASE)
        asks = f"{_how_much(how, what)} {rest[0]} {one}?" if rest else _quality(how, what, one)
        return Compared(a, b, asks)
    if not verb or re.fullmatch(_BE, verb, re.IGNORECASE):
        return Compared(a, b, _quality(how, what, one))
    if re.fullmatch(_HAVE, verb, re.IGNORECASE) and how not in _AMOUNTS:
        return Compared(a, b, f"What is the {what} of {{}}?")
    does, plain = _plain_verb(verb)
    return Compared(a, b, f"{_how_much(how, what, f' {does} {{}} {plain}')}?")


def _where(found: re.Match[str]) -> Compared | None:
    """Of "are there more ships in A or in B"."""
    how, what, aux = found["how"].lower(), found["what"].strip(), found["aux"].lower()
    subject, *verb = found["subject"].split(" ") if aux not in ("is", "are", "was", "were") else (found["subject"],)
    one = f"{found['p']} {{}}"
    said = " ".join((subject, *verb))
    if how in _AMOUNTS or said.lower() in ("it", "there"):
        return Compared(found["a"], found["b"], f"{_how_much(how, what, f' {aux} {said}')} {one}?")
    return Compared(found["a"], found["b"], f"What is {_with_article(said)} {one}?")


def _than(found: re.Match[str]) -> Compared | None:
    """Of "does A carry more cars than B", "is A larger than B"."""
    how, what, aux = found["how"].lower(), found["what"].strip(), found["aux"].lower()
    if re.fullmatch(_BE, aux):
        if " " in found["a"] and how in _AMOUNTS and not what:
            return None
        return Compared(found["a"], found["b"], _quality(how, what, "{}"))
    subject, _, verb = found["a"].rpartition(" ")
    if not subject:
        return None
    return Compared(subject, found["b"], f"{_how_much(how, what, f' {aux} {{}} {verb}')}?")


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Compared | None]], ...] = (  # the first that fits
    (_HOW_MUCH_MORE, _much_more),
    (_WHICH_OF, _which),
    (_WHICH_OR, _which),
    (_EITHER, _either),
    (_WHERE_THAN, _where),
    (_WHERE, _where),
    (_THAN, _than),
)


def _is_graded(how: str) -> bool:
    """Whether a word is a comparative, as "older" is and "river" is not."""
    from lemminflect import getAllLemmas

    lemmas = getAllLemmas(how)
    plain = (lemma for kind in ("ADJ", "ADV") for lemma in lemmas.get(kind, ()))
    return how in _GRADES | _AMOUNTS or how in _MEASURES or any(lemma != how for lemma in plain)


def _quality(how: str, what: str, one: str) -> str:
    """What "is larger" asks of one side."""
    if how in _GRADES:
        return f"What is {one}?" if not what else f"What is the {what} of {one}?"
    if how in _AMOUNTS:
        return f"How {what} is {one}?" if what else f"What is {one}?"
    if what:
        return f"What is the {what} of {one}?"
    measure = _MEASURES.get(how)
    return f"What is the {measure} of {one}?" if measure else f"How {_plain_form(how)} is {one}?"


def _how_much(how: str, what: str, clause: str = "") -> str:
    """ "How many ships", "how long", with a clause behind what is counted and before what else is said of it."""
    if how not in _AMOUNTS:
        said = what if how in _GRADES else _plain_form(how)
        return f"How {said or 'good'}{clause}"
    noun, rest = _split_at_preposition(what)
    return f"{_how_many(noun)}{clause}{rest}"


def _how_many(noun: str) -> str:
    asks = "How many" if _COUNTED.match(noun) else "How much"
    return f"{asks} {noun}".strip()


def _split_at_preposition(what: str) -> tuple[str, str]:
    """ "profit", " in 2021" of "profit in 2021"."""
    found = re.search(rf" (?:{_IN}) .*$", what)
    return (what[: found.start()], found[0]) if found else (what, "")


def _plain_verb(verb: str) -> tuple[str, str]:
    """ "does" and "earn" of "earns", "did" and "make" of "made"."""
    from lemminflect import getAllLemmas

    plain = next(iter(getAllLemmas(verb).get("VERB", ())), verb)
    return ("does" if verb.endswith("s") else "do" if verb == plain else "did"), plain


def _plain_form(how: str) -> str:
    """ "cold" of "colder", "dry" of "drier", "big" of "bigger"."""
    stem = how.removesuffix("er")
    if stem.endswith("i"):
        return f"{stem[:-1]}y"
    if stem in _ENDS_IN_E:
        return f"{stem}e"
    return stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem


def _with_article(said: str) -> str:
    return said if re.match(r"(?:the|an?|its|their|his|her)\b|[A-Z]", said) else f"the {said}"
