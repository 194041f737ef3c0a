"""Statements with the sentences to look in, made from `../shared/train`: carried by them, said otherwise, or not there.

Questions with their answers become statements ("Who wrote X?", "Y" -> "Y wrote X."), sentences of sources are reworded
without changing what they say, and both are made wrong: by a rule of this file, by another answer of the same look, by
taking the carrying sentence away. The rules share nothing with `benchmarks/perturb.py`, which measures. This module
does not know what is learnt from them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from rag.language import terms
from training.windows import Passage, Question, Questions

__all__ = ["CARRIED", "OTHERWISE", "UNKNOWN", "Statement", "made_wrong", "statements"]

CARRIED, UNKNOWN, OTHERWISE = 0, 1, 2
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_WH = r"(?:who|what|which|where|when|why|how)"
_SUBJECT = re.compile(
    r"^(?:who|what|which(?: \w+)?) ((?!did|do|does)\w+(?:ed|es|s|d|t|an|ew|ok|ve|de|me)?\b.+)\?$", re.I
)
_COUNTED = re.compile(
    r"^how many (\w+ (?!did|do|does)(?:\w+ )*?(?:is|was|are|were|has|had|have|live|took)\b.+)\?$", re.I
)
_DO = re.compile(rf"^((?:in |on |at |from |by |to |for )?{_WH}\b.*?) (did|does|do) (.+)\?$", re.I)
_BE = re.compile(r"^(what|who|where|when|in (?:what|which) \w+) (is|was|are|were) (.+)\?$", re.I)
_PARTICIPLE = re.compile(r"^(.+?) (\w+(?:ed|en|wn|ught|ade|old|ept|uilt|et)(?: .+)?)$")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w’'-]+(?: (?:of |the |de )?[A-Z][\w’'-]+)*")
_YEAR = re.compile(r"\b(?:1[1-9]\d\d|20[0-3]\d)\b")
_FIGURE = re.compile(r"(?<![\w.,$€£-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,]\d)")
_SPELLED = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_LOOKS = (re.compile(r"\b\d[\d,.]*\d\b|\b\d\b"), re.compile(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*"))
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|had|can|could|will|would|should|must|may)\b(?! not|n[’']t)")
_NEGATED = re.compile(r"\b(?:not|never|no longer) |\b(?:did|does|do) not |n[’']t\b")
_VERBS = re.compile(
    r"(?<=[a-z] )([a-z]{3,}(?:at|iz|it|id|ct|nt|rt|in|er|ish|ov|uc|ang|urn|all|lay))(ed)\b"
    r"(?= (?:the|a|an|by|in|to|his|her|its|that)\b)"
)
_SAME = """
said stated; big large; began started; ended finished; build construct; bought purchased; showed demonstrated; helped
assisted; also additionally; because since; about approximately; near close to; often frequently; many numerous; used
utilized; made produced; received got; gave provided; important significant; located situated; including such as;
however but; after following; before prior to; more than over; less than under; started began; whole entire; city town;
died passed away; film movie; children kids; called named; created made; became turned into; allowed permitted; needed
required; largest biggest; fast quick; mainly mostly; nearly almost; several a number of; therefore thus; part portion;
wrote authored; described characterised; led headed; won gained; killed slain; first initially; country nation
"""
_OTHER = """
more fewer; more less; higher lower; increased decreased; increase decrease; rose dropped; grew shrank; before after;
earlier later; early late; first last; first second; largest smallest; oldest youngest; north south; east west; northern
southern; eastern western; won lost; began ended; started stopped; founded dissolved; opened closed; accepted
refused; approved rejected; supported opposed; allowed banned; included excluded; joined left; arrived departed;
born died; bought sold; gained lost; above below; over under; male female; men women; father mother; son daughter;
brother sister; king queen; best worst; good bad; strong weak; long short; high low; major minor; public private;
rich poor; always never; everyone nobody; with without; until since; inside outside; upper lower; import export;
enemy ally; won boycotted; highest lowest; better worse; same different; common rare; old new; hot cold; right left;
winter summer; day night; defended attacked;
succeeded failed; confirmed denied; admitted denied; urban rural; majority minority; maximum minimum
"""
_AMOUNTS = {
    "some": ("all", "no"), "many": ("all", "few", "no"), "most": ("all", "few", "no"), "several": ("all", "no"),
    "all": ("some", "none of the", "half of the"), "every": ("no", "hardly any"), "both": ("neither",),
    "often": ("always", "never"), "usually": ("always", "never"), "sometimes": ("always", "never"),
    "always": ("sometimes", "never"), "only": ("not only",), "few": ("many", "all"), "almost": ("more than",),
}  # fmt: skip


class Statement(NamedTuple):
    """A statement, the sentences to look in, the title above them, and what they say to it."""

    text: str
    sources: tuple[str, ...]
    title: str
    label: int


def statements(questions: Questions, held_out: bool, rng: random.Random) -> Iterator[Statement]:
    """Everything that is made of the questions and of the passages that they are asked of, in no order."""
    seen: set[str] = set()
    for question in questions.split(held_out=held_out):
        if question.set == "policyqa" and rng.random() > 0.15:
            continue
        for document in sorted(question.golds)[:1]:
            passage = questions.passages[document]
            if question.set != "selqa" and question.set != "policyqa":
                yield from _answered(question, passage, document, rng)
            if document not in seen:
                seen.add(document)
                others = questions.articles.get(question.article, [])
                yield from _reworded(passage, [questions.passages[o] for o in others if o != document], rng)


def _sentences(passage: Passage) -> tuple[str, ...]:
    return tuple(passage.text[a:b] for a, b in passage.sentences)


def _answered(question: Question, passage: Passage, document: str, rng: random.Random) -> Iterator[Statement]:
    spans = question.golds[document]
    span = spans[0]
    answer = passage.text[span.start : span.end].strip(" .,")
    if not answer or len(answer.split()) > 14:
        return
    everything, title = _sentences(passage), passage.title
    text = _statement(question.text, answer, everything)
    yield Statement(_same(text, rng) if rng.random() < 0.4 else text, everything, title, CARRIED)
    held = [i for i, sentence in enumerate(everything) if answer in sentence]
    without = tuple(s for i, s in enumerate(everything) if i not in held)
    if len(without) > 1 and rng.random() < 0.35:
        yield Statement(text, without, title, UNKNOWN)
    if (other := _like(answer, passage.text, question.text, rng)) is not None and rng.random() < 0.8:
        yield Statement(_statement(question.text, other, everything), everything, title, OTHERWISE)
    if (wrong := made_wrong(text, passage.text, rng)) is not None and rng.random() < 0.7:
        yield Statement(wrong, everything, title, OTHERWISE)


def _statement(question: str, answer: str, around: Sequence[str]) -> str:
    """The question and its answer as a statement; both side by side where no rule knows better."""
    asked = " ".join(question.split())
    start = f"{answer[:1].upper()}{answer[1:]}"
    if match := _COUNTED.match(asked):
        return f"{start} {match[1]}."
    if match := _DO.match(asked):
        heard = {stem for sentence in around for stem in terms(sentence)}
        words = match[3].split()
        for at in range(1, len(words)):
            stem = terms(words[at])
            if (
                words[at].islower()
                and stem
                and stem[0] in heard
                and words[at - 1] not in ("the", "a", "an", "of", "in")
            ):
                place = "" if match[1].lower().split()[0] in ("who", "what", "which") else _in(match[1], answer)
                return f"{_up(' '.join(words[:at]))} {match[2].lower()} {' '.join(words[at:])} {place}{answer}."
    if match := _BE.match(asked):
        if (found := _PARTICIPLE.match(match[3])) and match[1].lower() not in ("what", "who"):
            return f"{_up(found[1])} {match[2]} {found[2]} {_in(match[1], answer)}{answer}."
        if len(match[3].split()) > 1:
            return f"{_up(match[3])} {match[2]} {_in(match[1], answer)}{answer}."
    if match := _SUBJECT.match(asked):
        return f"{start} {match[1]}."
    return f"{_up(asked)} {start}."


def _in(asked: str, answer: str) -> str:
    """The preposition that an answer to "when" or "where" needs."""
    first = answer.split()[0].lower() if answer.split() else ""
    if first in ("in", "on", "at", "from", "by", "during", "since", "to", "after", "before", "because", "through"):
        return ""
    return "in " if re.match(r"(?:when|where|in )", asked, re.I) else "because " if asked.lower() == "why" else ""


def _up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _like(answer: str, text: str, question: str, rng: random.Random) -> str | None:
    """Something of the same look as an answer, from the same text."""
    pattern = next((p for p in _LOOKS if p.search(f"a {answer}")), None)
    if pattern is None:
        return None
    others = sorted(
        {m[0] for m in pattern.finditer(text) if m[0] not in question and m[0] not in answer and answer not in m[0]}
    )
    return rng.choice(others) if others else None


def _reworded(passage: Passage, others: Sequence[Passage], rng: random.Random) -> Iterator[Statement]:
    """Sentences of a passage in other words, and those made wrong, two of each passage."""
    everything, title = _sentences(passage), passage.title
    long = [i for i, sentence in enumerate(everything) if 7 <= len(sentence.split()) <= 45]
    for at in rng.sample(long, min(2, len(long))):
        text = _shorter(everything[at], everything[at + 1] if at + 1 < len(everything) else "", rng)
        for _ in range(rng.choice((0, 1, 2))):
            text = _same(text, rng)
        yield Statement(text, everything, title, CARRIED)
        if (wrong := made_wrong(text, passage.text, rng)) is not None:
            yield Statement(wrong, everything, title, OTHERWISE)
        without = (*everything[:at], *everything[at + 2 :])
        if len(without) > 1 and rng.random() < 0.3:
            yield Statement(text, without, title, UNKNOWN)
        if others and rng.random() < 0.3:
            other = rng.choice(others)
            sentences = [s for s in _sentences(other) if 6 <= len(s.split()) <= 25]
            if sentences:  # half of it is carried
                added = rng.choice(sentences).rstrip(". ")
                yield Statement(f"{text.rstrip('. ')}, and {added[:1].lower()}{added[1:]}.", everything, title, UNKNOWN)


def _shorter(sentence: str, after: str, rng: random.Random) -> str:
    """The sentence without asides, its first clause, or that joined with the next sentence."""
    plain = re.sub(r"\s*\([^)]*\)|\s*\[[^\]]*\]", "", sentence).strip().rstrip(". ")
    clauses = re.split(r", (?=which|who|where|and|but|while|although|with|as)|; ", plain)
    first = clauses[0] if len(clauses[0].split()) > 5 else plain
    way = rng.random()
    joined = re.sub(r"\s*\([^)]*\)", "", after).strip().rstrip(". ")
    if way < 0.25 and 4 < len(joined.split()) < 25:
        ordinary = joined.split()[0] in ("The", "In", "It", "He", "She", "They", "This", "A", "An")
        return f"{first}, and {joined[:1].lower() if ordinary else joined[:1]}{joined[1:]}."
    return f"{first}." if way < 0.7 else f"{plain}."


def _pairs(table: str) -> list[tuple[str, str]]:
    return [(pair.split(maxsplit=1)[0], " ".join(pair.split(maxsplit=1)[1].split())) for pair in table.split(";")]


def _same(text: str, rng: random.Random) -> str:
    """Other words that say the same: numbers and dates in another notation, synonyms, shorter names, the order."""
    ways: list[Callable[[str, random.Random], str | None]] = [
        _synonym, _synonym, _notation, _date_notation, _short_name, _fronted, _negation_alike, _without_adverb,
    ]  # fmt: skip
    rng.shuffle(ways)
    return next((made for way in ways if (made := way(text, rng)) and made != text), text)


def _exchanged(
    pattern: str | re.Pattern[str], text: str, rng: random.Random, new: Callable[[re.Match[str]], str | None]
) -> str | None:
    found = list(re.finditer(pattern, text))
    if not found:
        return None
    match = rng.choice(found)
    said = new(match)
    return None if said is None else text[: match.start()] + said + text[match.end() :]


def _synonym(text: str, rng: random.Random) -> str | None:
    pairs = [(a, b) for a, b in _pairs(_SAME) if re.search(rf"\b{a}\b", text)]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return re.sub(rf"\b{a}\b", b, text, count=1)


def _notation(text: str, rng: random.Random) -> str | None:
    def new(match: re.Match[str]) -> str | None:
        said = match[0]
        if said in _SPELLED:
            return str(_SPELLED.index(said) + 1)
        value = float(said.replace(",", ""))
        if value.is_integer() and 2 <= value <= 12:
            return _SPELLED[int(value) - 1]
        if value >= 1e6 and value % 1e5 == 0:
            return f"{value / 1e6:g} million"
        if _YEAR.fullmatch(said):
            return None
        if value >= 1000 and value.is_integer():
            return str(int(value)) if "," in said else f"{int(value):,}"
        return None

    made = _exchanged(rf"{_FIGURE.pattern}|\b(?:{'|'.join(_SPELLED[1:])})\b", text, rng, new)
    return made or (text.replace("%", " percent", 1) if "%" in text else text.replace(" percent", "%", 1))


def _date_notation(text: str, rng: random.Random) -> str | None:
    months = "|".join(_MONTHS)
    made = _exchanged(rf"\b(\d{{1,2}}) ({months}) (\d{{4}})\b", text, rng, lambda m: f"{m[2]} {m[1]}, {m[3]}")
    return made or _exchanged(rf"\b({months}) (\d{{1,2}}), (\d{{4}})\b", text, rng, lambda m: f"{m[2]} {m[1]} {m[3]}")


def _short_name(text: str, rng: random.Random) -> str | None:
    return _exchanged(
        _NAME, text, rng, lambda m: m[0].split()[-1] if len(m[0].split()) == 2 and " of " not in m[0] else None
    )


def _fronted(text: str, rng: random.Random) -> str | None:  # noqa: ARG001
    match = re.match(r"^([A-Z].{20,}?) ((?:in|on|during|since) (?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4})\.$", text)
    if match:
        return f"{_up(match[2])}, {match[1]}."
    match = re.match(r"^((?:In|On|During) (?:\d{1,2} )?(?:[A-Z][a-z]+ )?\d{4}),? (.{20,})\.$", text)
    return (
        f"{_up(match[2])} {match[1].lower() if match[1].split()[0] else ''}.".replace(" in ", " in ") if match else None
    )


def _negation_alike(text: str, rng: random.Random) -> str | None:
    if match := re.search(r"\b(did|does|do|is|are|was|were|has|have|had|could|would|should) not\b", text):
        return text[: match.start()] + match[1] + "n't" + text[match.end() :]
    made = _exchanged(r"\bfailed to\b", text, rng, lambda _: "did not")
    return made or _exchanged(r"\bunable to\b", text, rng, lambda _: "not able to")


def _without_adverb(text: str, rng: random.Random) -> str | None:
    return _exchanged(
        r" (?:also|generally|typically|formally|officially|largely|mainly|usually|eventually|initially)\b",
        text,
        rng,
        lambda _: "",
    )


def made_wrong(text: str, around: str, rng: random.Random) -> str | None:
    """The statement with one fact changed, in the first of several ways, in random order, that finds a hold."""
    ways: list[Callable[[str, str, random.Random], str | None]] = [
        _number, _year, _name, _name, _roles, _negation, _negation, _contrary, _contrary, _amount, _unit,
    ]  # fmt: skip
    rng.shuffle(ways)
    return next((made for way in ways if (made := way(text, around, rng)) and made != text), None)


def _number(text: str, around: str, rng: random.Random) -> str | None:
    there = sorted({m[0] for m in _FIGURE.finditer(around) if m[0] not in text and not _YEAR.fullmatch(m[0])})

    def new(match: re.Match[str]) -> str | None:
        said = match[0]
        if said in _SPELLED:
            return rng.choice([word for word in _SPELLED if word != said])
        if _YEAR.fullmatch(said):
            return None
        if there and rng.random() < 0.5:
            return rng.choice(there)
        value = float(said.replace(",", ""))
        changed = value * rng.choice((0.1, 0.5, 0.8, 1.2, 1.7, 3, 10)) + rng.choice((0, 1, 2))
        return f"{changed:,.1f}" if "." in said else f"{round(changed):,}"

    return _exchanged(rf"{_FIGURE.pattern}|\b(?:{'|'.join(_SPELLED[1:])})\b", text, rng, new)


def _year(text: str, around: str, rng: random.Random) -> str | None:
    there = sorted({m[0] for m in _YEAR.finditer(around) if m[0] not in text})

    def new(match: re.Match[str]) -> str:
        if match[0] in _MONTHS:
            return rng.choice([month for month in _MONTHS if month != match[0]])
        return (
            rng.choice(there)
            if there and rng.random() < 0.6
            else str(int(match[0]) + rng.choice((-20, -5, -2, 3, 4, 7)))
        )

    return _exchanged(rf"{_YEAR.pattern}|\b(?:{'|'.join(_MONTHS)})\b(?= \d)", text, rng, new)


def _name(text: str, around: str, rng: random.Random) -> str | None:
    mine = set(re.findall(r"\w+", text))
    others = sorted({m[0] for m in _NAME.finditer(around) if m[0] not in _MONTHS and not set(m[0].split()) & mine})
    return _exchanged(_NAME, text, rng, lambda m: rng.choice(others) if others and m[0] not in _MONTHS else None)


def _roles(text: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    """Two names of the statement in each other's place."""
    found = [
        m
        for m in re.finditer(r"\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*", text)
        if m[0].split()[0] not in ("The", "In", "It", "A", "He", "She")
    ]
    if len(found) < 2:
        return None
    one, other = sorted(rng.sample(found, 2), key=lambda m: m.start())
    between = text[one.end() : other.start()]
    if re.fullmatch(r"(?:,? (?:and|or|as well as) |, )", between):
        return None  # their order says nothing
    return text[: one.start()] + other[0] + between + one[0] + text[other.end() :]


def _negation(text: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    if _NEGATED.search(text):
        return _exchanged(_NEGATED, text, rng, lambda _: "")
    if (match := _VERBS.search(text)) and rng.random() < 0.5:
        how = rng.choice(("did not {}", "never {}ed", "failed to {}", "refused to {}", "didn't {}"))
        return text[: match.start()] + how.format(match[1]) + text[match.end() :]
    how = rng.choice((" not", " not", "n't", " never", " no longer"))
    return _exchanged(
        _AUXILIARY, text, rng, lambda m: f"{m[0]}{how}" if m[0] not in ("can", "will", "may") else f"{m[0]} not"
    )


def _contrary(text: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    pairs = [pair for a, b in _pairs(_OTHER) for pair in ((a, b), (b, a)) if re.search(rf"\b{pair[0]}\b", text)]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    return _exchanged(rf"\b{a}\b", text, rng, lambda _: b)


def _amount(text: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    return _exchanged(rf"\b(?:{'|'.join(_AMOUNTS)})\b", text, rng, lambda m: rng.choice(_AMOUNTS[m[0]]))


def _unit(text: str, around: str, rng: random.Random) -> str | None:  # noqa: ARG001
    pairs = {"million": "billion", "billion": "million", "thousand": "million", "percent": "percentage points",
             "%": " percentage points", "miles": "kilometres", "km": "miles", "feet": "metres", "years": "months",
             "days": "weeks", "months": "years", "dollars": "pounds", "kilometres": "miles",
             "metres": "feet"}  # fmt: skip
    return _exchanged(
        rf"(?<=\d)(?: ?)(?:{'|'.join(pairs)})(?!\w)",
        text,
        rng,
        lambda m: m[0].replace(m[0].strip(), pairs[m[0].strip()]),
    )
