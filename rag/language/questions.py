"""What kind of answer a question asks for, the things it asks about side by side, and the topic it asks an overview of.

One short table of English cues. This module does not know what the sources hold.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from rag.language.restating import Fragment, as_question, filled

__all__ = ["DOCUMENT_NOUNS", "Kind", "Side", "defines", "document_phrase", "kind_of", "sides_of", "topic_of"]

Kind: TypeAlias = Literal[
    "fact", "definition", "yes_no", "reason", "way", "event", "proposal", "list", "comparison", "overview", "topic"
]

_BE, _DO = r"(?:is|are|was|were)", r"(?:do|does|did)"
_ARTICLE = r"(?:an? |the )?"
_SUMMARY = r"an? (?:(?:short|brief|quick) )?(?:summary|overview|outline)"
_MAIN = r"(?:the )?(?:main|key|central|most important|basic)"
_SAY = r"(?:say|said|tell|write|report|mention|know|known|explain)s? (?:us )?(?:about|on|of)"
_GRADED = r"(?:high|low|larg|bigg|small|old|young|long|short|rich|poor|fast|slow|cheap|strong|weak|great)er"
_CUES: tuple[tuple[Kind, str], ...] = (  # the first that is found in a question in small letters, without its mark
    ("topic", r"^(?:please )?tell (?:me|us) (?:more |something |everything )?about\b"),
    ("topic", r"^(?:(?:more|information|anything) (?:about|on)|describe|explain)\b"),
    ("topic", rf"^what (?:{_DO}|{_BE}) (?:.{{0,60}} )?{_SAY}\b"),
    ("overview", r"^(?:please )?(?:can you |could you )?(?:summari[sz]e|sum up|outline)\b"),
    ("overview", rf"^(?:please )?(?:can you |could you )?give (?:me |us )?{_SUMMARY}\b"),
    ("overview", r"\b(?:summary|overview|gist) of\b"),
    (
        "overview",
        rf"^what {_BE} {_MAIN} (?:idea|point|finding|message|argument|conclusion|result|theme|takeaway|topic)s?\b",
    ),
    ("overview", rf"^what {_BE} .{{1,60}} about$"),
    ("overview", rf"^what {_DO} .{{1,60}} (?:find|conclude|argue|show|cover|discuss)$"),
    (
        "comparison",
        r"\b(?:compare[sd]?|comparison|comparing|versus|vs\.?|differences? between|differs? from|different from)\b",
    ),
    ("comparison", r"\b(?:better|worse|more|less|fewer|\w{3,}er) than\b"),
    (
        "comparison",
        rf"^(?:which|who|what|{_BE}|{_DO})\b.*\b(?:better|worse|more|less|fewer|earlier|later|{_GRADED})\b.* or\b",
    ),
    ("reason", rf"\bwhy\b|\bhow come\b|^(?:for )?what {_BE} the (?:reasons?|causes?|purpose)\b|^what (?:caused|led)\b"),
    ("event", r"\bwhat (?:happen(?:s|ed)?|became|has become|becomes|went wrong)\b"),
    ("event", rf"\bwhat (?:{_DO}|will|would|can|has) .{{0,60}} happen"),
    ("proposal", r"\bwhat (?:should|must|ought)\b"),
    ("proposal", r"\bwhat .{0,60}(?:recommend|propose|suggest|advise|have to do|need to do|be done)\b"),
    (
        "way",
        rf"^(?:and |so |but )?how (?:{_DO}|{_BE}|can|could|should|would|will|has|have|to|must)\b|^(?:in|by) what way\b",
    ),
    ("list", r"^(?:list|name|enumerate)\b|\b(?:what|which) (?:kinds?|types?|sorts|examples|criteria)\b"),
    (
        "list",
        r"^(?:and )?(?:what|which) (?:are|were) the "
        r"(?!.{0,40}\b(?:population|number|rate|share|name|price|cost)s? )\w.*s\b",
    ),
    (
        "list",
        r"^(?:what|which) (?!(?:do|did|does|is|was|has|kind|sort|role|happens|years|percentage)\b)"
        r"(?:\w+ ){0,2}?\w*[^\Wsui]s "
        r"(?:are|were|did|do|does|have|had|can|could|should|will|would|may|might|must|operate|exist)\b",
    ),
    ("definition", rf"^(?:what|who) {_BE} {_ARTICLE}[\w’'.-]+(?: [\w’'.-]+){{0,2}}$"),
    ("definition", r"\bmeans?\b|\bmeaning of\b|\bdefin|\bstands? for\b"),
    ("yes_no", rf"^(?:and |but |so )?(?:{_BE}|{_DO}|can|could|has|have|had|will|would|should|may|might|must|am)\b"),
)
_KINDS = tuple((kind, re.compile(cue)) for kind, cue in _CUES)
_MEASURED = re.compile(  # "what is the population": a figure, not a definition
    r"\b(?:number|rate|share|percentage|amount|total|price|cost|population|area|length|height|size|date|year|name|capital|limit|age)\b"
)
_TOPIC = re.compile(
    r"^(?:please )?(?:can you |could you )?(?:tell (?:me|us) (?:more |something |everything )?about|"
    r"(?:more|information|anything) (?:about|on)|describe|explain|summari[sz]e|sum up|outline|"
    rf"give (?:me |us )?{_SUMMARY} (?:of|on|about)|what {_BE} {_MAIN} \w+(?: of| in)?|"
    rf"what (?:{_DO}|{_BE}) (?:.{{0,60}} )?{_SAY})\s+(.+)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(rf"^what {_BE} (.{{1,60}}) about$", re.IGNORECASE)
DOCUMENT_NOUNS = (
    "report paper study article document file book guide handbook manual minutes memo letter text page profile policy "
    "review survey notes sheet slides presentation transcript contract agreement statement"
)
"""What documents are called."""
_NAMED = re.compile(
    rf"\b(?:in|from|per|of|according to|does|do|did) ((?:the|our|my|your|this|that|last) (?:[\w’'-]+ ){{0,4}}?"
    rf"(?:{DOCUMENT_NOUNS.replace(' ', '|')})s?\b(?: (?:on|about|of|from|to) (?:the )?[\w’'-]+)?)",
    re.IGNORECASE,
)
_DEFINES = r"(?:is|are|was|were|means?|refers?|denotes?|describes?|stands?)\b|:|–|—"


def document_phrase(question: str) -> str:
    """The words by which a question names a document, "the 2019 minutes"; empty where it names none."""
    found = _NAMED.search(question)
    return found[1] if found else ""


def defines(term: str, sentence: str) -> bool:
    """Whether a sentence says what a term is: it begins with it and goes on "is", "means", or names something so."""
    named = rf"(?:an?|the)?\s*[\"“‘'*_]*{re.escape(term)}(?:s|es)?[\"”’'*_]*(?:\s*\([^)]*\))?"
    begins = re.match(rf"[\W\d]*(?:[^.;]{{0,40}},\s+)?{named}\s*,?\s*(?:{_DEFINES})", sentence, re.IGNORECASE)
    presented = re.search(
        rf"\b(?:present|propose|introduce|call|is)s?\b[^.]{{0,20}}{named},\s+an?\b", sentence, re.IGNORECASE
    )
    called = re.search(rf"\b(?:called|known as|termed|named|referred to as)\s+{named}", sentence, re.IGNORECASE)
    return any((begins, presented, called))


class Side(NamedTuple):
    """One of several things asked about: its name as the question has it, and the question about it alone."""

    name: str
    question: str


def kind_of(question: str) -> Kind:
    """The kind of answer a question asks for; `fact` where no cue says otherwise."""
    lower = " ".join(question.lower().split()).rstrip(" ?.!")
    for kind, pattern in _KINDS:
        if pattern.search(lower):
            return "fact" if kind == "definition" and _MEASURED.search(lower) else kind
    return "fact"


def topic_of(question: str) -> str:
    """What an overview or a topic is asked of: what is left of the question without its asking words."""
    plain = " ".join(question.split()).rstrip(" ?.!")
    found = _TOPIC.match(plain) or _ABOUT.match(plain)
    return found[1] if found else plain


_AND = r"(?:,? and |,? or |, )"
_NAME = r"(?:the )?[A-Z0-9][\w’'.-]*(?: (?:of |the |de )?[A-Z][\w’'-]*){0,4}"
_NAMES = re.compile(
    rf"(?<![\w’'-])({_NAME}(?:, {_NAME})*,? (?:and|or) (?:(?:in|of|for|at|by|from) )?{_NAME})(?![\w’'-])"
)
_PAIRS = (  # where the two sides of a comparison stand
    re.compile(r"\bdifferences? between (?P<a>.+?) and (?P<b>.+)$", re.IGNORECASE),
    re.compile(r"\bhow (?:do|does|did) (?P<a>.+?) compare (?:with|to|against) (?P<b>.+)$", re.IGNORECASE),
    re.compile(r"\bhow (?:is|are|was|were) (?P<a>.+?) different from (?P<b>.+)$", re.IGNORECASE),
    re.compile(r"\bhow (?:do|does|did) (?P<a>.+?) differ from (?P<b>.+)$", re.IGNORECASE),
    re.compile(r"\bcompar(?:e|ing|ison of) (?P<a>.+?) (?:and|with|to|versus|vs\.?) (?P<b>.+)$", re.IGNORECASE),
    re.compile(r"^(?P<a>.+?) (?:versus|vs\.?) (?P<b>.+)$", re.IGNORECASE),
)
_COMPARED_WITH = re.compile(r"^(?P<one>.+), compared with (?P<b>.+)$", re.IGNORECASE)
_THAN = re.compile(
    r"^(?P<head>(?:is|are|was|were|do|does|did|has|have|had) .*?)(?P<a>\b(?:[\w’'-]+ ){0,2}[\w’'-]+) "
    r"(?:(?:much |far )?(?:better|worse|more|less|fewer|\w{3,}er)\b(?: \w+){0,2}) than (?P<b>.+)$",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"^(?P<head>.*\b(?:better|worse|more|less|fewer|earlier|later|\w{3,}er)\b[^,]*?,? ?)"
    r"(?:(?P<p>in|for|at|of|by|on|to) )?"
    r"(?P<a>(?:the )?[\w’'-]+(?: [A-Z][\w’'-]*){0,3}) or (?:(?:in|for|at|of|by|on|to) )?(?P<b>.+)$"
)
_REPEATED = re.compile(  # "for veterans and for people on social security"
    r"^(?P<head>.+?) (?P<p>for|in|of|at|by|about|from|on|to|with) (?P<a>[^,]+?) and (?P=p) (?P<b>.+)$", re.IGNORECASE
)
_MEASURES = {  # what a comparative compares
    "larger": "area or size", "bigger": "size", "smaller": "size or area", "higher": "", "lower": "", "older": "age",
    "younger": "age", "longer": "length", "shorter": "length", "richer": "income", "poorer": "income",
    "faster": "speed", "slower": "speed", "cheaper": "price", "stronger": "strength", "weaker": "strength",
    "greater": "size", "taller": "height", "deeper": "depth", "wider": "width", "earlier": "date", "later": "date",
    "more": "", "less": "", "fewer": "", "better": "", "worse": "",
}  # fmt: skip
_COMPARATIVE = re.compile(rf"\b({'|'.join(_MEASURES)})\b", re.IGNORECASE)
_ONES = re.compile(r"\b(?:that of|those of)\b|\bones?$", re.IGNORECASE)


def sides_of(question: str) -> tuple[Side, ...]:
    """The things that a question asks about side by side, in its order; none where it asks about one thing."""
    plain = " ".join(question.split()).rstrip(" ?.!")
    if (found := _COMPARED_WITH.match(plain)) and (put := filled(found["one"], Fragment("", found["b"]))) and put.old:
        return Side(put.old, as_question(found["one"])), Side(found["b"], put.text)
    for pattern in _PAIRS:
        if found := pattern.search(plain):
            a, b = _shared_head(found["a"], found["b"])
            return Side(a, f"What is {a}?"), Side(b, f"What is {b}?")
    if found := _CHOICE.match(plain):
        between, head = f"{found['p']} " if found["p"] else "", found["head"].rstrip(" ,")
        return tuple(Side(each, _alone(head, between, each)) for each in _shared_head(found["a"], found["b"]))
    if found := _THAN.match(plain):
        head = found["head"].rstrip(" ,")
        return tuple(Side(each, f"{head} {each}?") for each in _shared_head(found["a"], found["b"]))
    if found := _REPEATED.match(plain):
        return tuple(Side(each, f"{found['head']} {found['p']} {each}?") for each in (found["a"], found["b"]))
    if found := _NAMES.search(plain):
        names = [re.sub(r"^(?:in|of|for|at|by|from) ", "", each) for each in re.split(_AND, found[1])]
        if len(names) > 1 and all(names):
            before, after = plain[: found.start()], plain[found.end() :]
            return tuple(Side(name, f"{before}{name}{after}?") for name in names)
    return ()


def _alone(head: str, between: str, name: str) -> str:
    """The question about one side of a choice: without its comparative, which no side answers by itself."""
    found = _COMPARATIVE.search(head)
    if found is None:
        return f"{head} {between}{name}?"
    measure = _MEASURES[found[1].lower()]
    if measure and re.match(r"(?:which|who|what)\b", head, re.IGNORECASE):
        return f"What is the {measure} of {name}?"
    rest = re.sub(r"^(?:is|are|was|were|do|does|did|has|have|had)\b ?", "", head[: found.start()], flags=re.IGNORECASE)
    return f"What is the {rest.strip()} {between}{name}?"


def _shared_head(a: str, b: str) -> tuple[str, str]:
    """Both names in full: "public and quiet public posts" are public posts and quiet public posts."""
    a, b = (re.sub(r"^(?:of|in|for|between) ", "", each.strip(" ,")) for each in (a, b))
    first, second = a.split(), b.split()
    if _ONES.search(b):
        tail = first[-1]
        b = re.sub(r"\bones?$", tail, re.sub(r"^(?:that|those) of ", "", b))
    elif len(first) < len(second) and a.islower() and first[-1].partition("-")[2] == second[0].partition("-")[2] != "":
        a = " ".join((*first, *second[1:]))
    elif (
        a.islower()
        and b.islower()
        and second[-1] not in first
        and len(second) > 1
        and (len(first) == 1 or re.search(r"\b(?:an?|the) \w+$", a))
    ):
        a = f"{a} {second[-1]}"
    return a, b
