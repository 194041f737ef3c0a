"""What kind of answer a question asks for, the questions of a message, the things or the topic that one asks of.

One short table of English cues. This module does not know what the sources hold.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from rag.language.sentences import sentence_spans

__all__ = [
    "Kind",
    "Those",
    "asking_word",
    "asks_a_figure",
    "is_short_form",
    "plain_question",
    "question_kind",
    "questions_in",
    "things_asked",
    "those_asked",
    "topic_of",
]

Kind: TypeAlias = Literal[
    "fact", "definition", "yes_no", "reason", "way", "event", "proposal", "list", "comparison", "overview", "topic"
]

_BE, _DO = r"(?:is|are|was|were)", r"(?:do|does|did)"
_ARTICLE = r"(?:an? |the )?"
_ASKING = r"(?:what|who|whom|whose|which|when|where|why|how|if|whether)\b"
_IMPERATIVE = (
    r"(?:tell|give|show|list|name|explain|describe|compare|summari[sz]e|sum up|outline|say|define|find|help)\b"
)
_POLITE = re.compile(  # before what is asked for
    r"^(?:(?:please|kindly|hi|hello|hey|ok|okay|well)\b[\s,]*|"
    rf"(?:can|could|would|will) you (?:please |kindly )?(?={_IMPERATIVE})|"
    r"(?:i would like|i[’']d like|i want|i need|i wish) to know,? |"
    rf"(?:(?:do|does|can) (?:you|anyone|somebody) (?:know|say|tell|explain)|(?:tell|show) (?:me|us)|explain|"
    rf"i wonder|i am wondering|i[’']m wondering),? (?:to me |me |us )?(?={_ASKING}))+(?=\w)",
    re.IGNORECASE,
)
_BOTH = re.compile(  # neither half may ask within itself, as in "who decides what is built and what is sold"
    rf"^({_ASKING}(?:(?!\b{_ASKING})[^,;])+),? and ({_ASKING}(?: (?!{_ASKING})[^ ,;]+){{2,}})$", re.IGNORECASE
)
_AFTER = re.compile(r",? (?:please|for me|for us|in (?:a few|short|simple) (?:words|sentences))$", re.IGNORECASE)
_SUMMARY = r"an? (?:(?:short|brief|quick) )?(?:summary|overview|outline)"
_MAIN = r"(?:the )?(?:main|key|central|most important|basic)"
_SAY = r"(?:say|said|tell|write|report|mention|know|known|explain)s? (?:us |me )?(?:about|on|of)"
_GRADED = r"(?:high|low|larg|bigg|small|old|young|long|short|rich|poor|fast|slow|cheap|strong|weak|great|new|saf)er"
_ALIKE = r"(?:similar|different|alike)"
_UNNAMED = r"(?!who\b|what\b|(?:it|this|that|there|he|she|they)$|the .*\b(?:of|for|in|on|at|to|from|by|with)\b)"
_FIGURES = (  # what has a figure or a name, also where it stands in the plural
    "number|rate|share|percentage|amount|total|price|cost|population|area|length|height|size|date|year|name|capital|limit|age|"
    "profit|revenue|income|sale|earning|loss|losse|expense|fee|wage|salary|budget|deficit|surplus"
)
_CUES: tuple[tuple[Kind, str], ...] = (  # the first that is found in a question in small letters, without its mark
    ("topic", r"^tell (?:me|us) (?:more |something |everything )?about\b"),
    ("topic", r"^(?:(?:more|information|anything) (?:about|on)|describe|explain)\b"),
    ("topic", rf"^what (?:{_DO}|{_BE}|can) (?:.{{0,60}} )?{_SAY}\b"),
    ("overview", r"^(?:summari[sz]e|sum up|outline|tl;?dr)\b"),
    ("overview", rf"^(?:give (?:me |us )?|i (?:need|want) ){_SUMMARY}\b"),
    ("overview", r"\b(?:summary|overview|gist) of\b"),
    (
        "overview",
        rf"^what {_BE} {_MAIN} (?:idea|point|finding|message|argument|conclusion|result|theme|takeaway|topic)s?\b",
    ),
    ("overview", rf"^what {_BE} .{{1,60}} about$"),
    ("overview", rf"^what {_DO} .{{1,60}} (?:find|conclude|argue|show|cover|discuss)$"),
    (
        "comparison",
        r"\b(?:compare[sd]?|comparison|comparing|versus|vs\.?|(?:differences?|similarit(?:y|ies)) between|differs?|"
        r"different from)\b",
    ),
    ("comparison", rf"^how (?:(?:\w+ )?{_ALIKE} {_BE}\b|{_BE} .+ and .+ {_ALIKE}$)|^contrast\b"),
    ("comparison", r"^what distinguish(?:es|ed)?\b|\band\b.* have in common\b"),
    ("comparison", r"\b(?:better|worse|more|less|fewer|\w{3,}er) (?:\w+ ){0,6}?than (?!\d)"),
    (
        "comparison",
        rf"^(?:{_BE}|{_DO}|has|have|had)\b.* or .*\b(?:better|worse|more|less|fewer|earlier|later|{_GRADED})$",
    ),
    (
        "comparison",
        rf"^(?:(?:in|at|of|for|on) )?(?:which|who|what|{_BE}|{_DO})\b.*"
        rf"\b(?:better|worse|more|less|fewer|earlier|later|{_GRADED})\b.* or\b",
    ),
    ("reason", rf"\bwhy\b|\bhow come\b|^what {_BE} the (?:reasons?|causes?|purpose)\b|\bwhat reasons?\b"),
    ("reason", r"^what (?:cause[sd]?|led|leads|made|makes)\b"),
    ("event", r"\bwhat (?:happen(?:s|ed)?|became|has become|becomes|went wrong)\b"),
    ("event", rf"\bwhat (?:{_DO}|will|would|can|could|might|has) (?:.{{0,60}} )?happen"),
    ("proposal", r"\bwhat (?:should|must|ought)\b"),
    ("proposal", r"\bwhat .{0,60}(?:recommend|propose|suggest|advise|have to do|need to do|be done)\b"),
    ("proposal", rf"^what (?:{_BE}|has been|have been) (?:recommended|proposed|suggested|advised)\b|^what advice\b"),
    ("definition", r"\bdo(?:es)? .+ means?\b|\bmeaning of\b|\bmeant by\b|\bdefin|\bstands? for\b|^what means\b"),
    (
        "way",
        rf"^(?:and |so |but )?how (?:{_DO}|{_BE}|can|could|should|would|will|has|have|to|must)\b|^(?:in|by) what way\b",
    ),
    ("way", rf"^how (?:the |an? |[a-z-]+s )|^what {_BE} the (?:procedure|process|method|way) (?:for|of|to|by)\b"),
    ("list", r"^(?:list|name|enumerate|give (?:me |us )?(?:some )?examples)\b"),
    ("list", r"\b(?:what|which) (?:kinds?|types?|sorts|examples|criteria)\b"),
    (
        "list",
        r"^(?:and )?(?:what|which) (?:are|were) the "
        rf"(?!.{{0,40}}\b(?:{_FIGURES})s? )\w.*s\b",
    ),
    (
        "list",
        r"^(?:what|which) (?!(?:do|did|does|is|was|has|kind|sort|role|happens|years|percentage)\b)"
        r"(?:\w+ ){0,2}?\w*[^\Wsui]s "
        r"(?:are|were|did|do|does|have|had|can|could|should|will|would|may|might|must|operate|exist)\b",
    ),
    ("definition", rf"^(?:what|who) {_BE} {_UNNAMED}{_ARTICLE}[\w’'.-]+(?: [\w’'.-]+){{0,2}}$"),
    ("definition", rf"^(?:what|who) {_UNNAMED}{_ARTICLE}[\w’'.-]+(?: [\w’'.-]+){{0,2}} {_BE}$"),
    ("yes_no", rf"^(?:and |but |so )?(?:{_BE}|{_DO}|can|could|has|have|had|will|would|should|may|might|must|am)\b"),
)
_KINDS = tuple((kind, re.compile(cue)) for kind, cue in _CUES)
_MEASURED = re.compile(rf"\b(?:{_FIGURES})s?\b")  # "what is the population": a figure, not a definition
_TOPIC = re.compile(
    r"^(?:tell (?:me|us) (?:more |something |everything )?about|"
    r"(?:more|information|anything) (?:about|on)|describe|explain|summari[sz]e|sum up|outline|tl;?dr:?(?: of)?|"
    rf"(?:(?:give (?:me |us )?|i (?:need|want) ){_SUMMARY}|(?:an? )?(?:summary|overview|outline|gist)) (?:of|on|about)|"
    rf"what {_BE} {_MAIN} \w+(?: of| in| from)?|"
    rf"what (?:{_DO}|{_BE}|can) (?:.{{0,60}} )?{_SAY})\s+(.+)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(rf"^what {_BE} (.{{1,60}}) about$", re.IGNORECASE)
_THINGS = re.compile(
    r"^(?:what|which) (?:\w+ ){0,4}?(\w*[^\Wsui]s) "
    r"(?:are|were|did|do|does|have|had|can|could|should|will|would|may|might|must|exist)\b",
    re.IGNORECASE,
)
_THOSE = re.compile(r"^(?:in )?which (?:of the )?(\w*[^\Wsui]s) (?:are|were|have|had) (?!there\b)(.+)", re.I)


def plain_question(question: str) -> str:
    """The question without its mark and polite words: "what is a lease" for "Please tell me what’s a lease?"."""
    plain = _AFTER.sub("", " ".join(question.split()).rstrip(" ?.!"))
    plain = re.sub(r"^(what|who|where|when|how)[’']s\b", r"\1 is", _POLITE.sub("", plain), flags=re.IGNORECASE)
    return re.sub(r"^(what|who|how|why) (?:exactly|actually|precisely) ", r"\1 ", plain, flags=re.IGNORECASE)


_ASKING_WORD = re.compile(rf"\b(?:how (?:many|much|long|often|old|far)\b|{_ASKING})", re.IGNORECASE)


def asking_word(question: str) -> str:
    """The word that a question asks by, "how many" or "why", in small letters; "" where it is to be said yes or no."""
    found = _ASKING_WORD.search(question)
    return found[0].lower() if found else ""


def question_kind(question: str) -> Kind:
    """The kind of answer a question asks for; `fact` where no cue says otherwise."""
    lower = plain_question(question).lower()
    for kind, pattern in _KINDS:
        if pattern.search(lower):
            return "fact" if kind == "definition" and _MEASURED.search(lower) else kind
    return "fact"


_SHORT = re.compile(  # "and how in Rome"
    r"(?P<how>how|when|where|why|who|what)(?: about)? "
    r"(?P<rest>(?:in|at|for|of|with|by|on|from) (?:the )?[\w.+-]+(?: [A-Z]\S*)*)",
    re.IGNORECASE,
)


def questions_in(message: str) -> tuple[str, ...]:
    """The questions of a message that asks several, each as it stands there; none where it asks at most one."""
    plain = " ".join(message.split())
    sentences = [plain[slice(*span)] for span in sentence_spans(plain)]
    asked = sentences if len(sentences) == 1 else [one for one in sentences if one.endswith("?")]
    found = tuple(part.strip(" ,") for one in asked for part in _parts(one))
    return found if len(found) > 1 else ()


def _parts(question: str) -> tuple[str, ...]:
    """Both halves of "When was it built and who paid for it?"; the question itself where it is one."""
    found = _BOTH.match(plain_question(question))
    if found is None:
        return (question,)
    first, second = found[1], found[2]
    if (short := _SHORT.fullmatch(second)) and first.lower().startswith(short["how"].lower()):
        second = f"and {short['rest']}"  # as somebody would ask who goes on
    return f"{first}?", f"{second[:1].upper()}{second[1:]}?"


def is_short_form(question: str) -> bool:
    """Whether a question of `questions_in` leans on the one before as a whole: "And in Rome?"."""
    return re.match(r"And (?:in|at|for|of|with|by|on|from) ", question) is not None


def asks_a_figure(question: str) -> bool:
    """Whether a question asks for something that has a figure or a name, "the profits", even in the plural."""
    return _MEASURED.search(question.lower()) is not None


def topic_of(question: str) -> str:
    """What an overview or a topic is asked of: what is left of the question without its asking words."""
    plain = plain_question(question)
    found = _TOPIC.match(plain) or _ABOUT.match(plain)
    return found[1] if found else plain


def things_asked(question: str) -> str:
    """What a list is asked of, "models" of "what layout models are there"; "" where no verb tells."""
    found = _THINGS.match(plain_question(question))
    return found[1] if found else ""


class Those(NamedTuple):
    """What things are called, and what is said of those that are asked for."""

    things: str
    said: str


def those_asked(question: str) -> Those | None:
    """ "countries" and "landlocked" of "which countries are landlocked"; None where none such are asked for, or a thing
    that has a name is asked of.
    """
    plain = plain_question(question)
    found = _THOSE.match(plain)
    return Those(found[1], found[2]) if found and not re.search(r"(?<!^)\b[A-Z]", plain) else None
