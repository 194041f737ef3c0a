"""Cues of questions about the sources themselves: what can be asked, which documents there are, which mention a thing.

This module does not know which sources there are.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from rag.language.questions import plain_question

__all__ = ["SourcesQuestion", "sources_asked", "sources_question", "suffixes_of"]

SourcesKind: TypeAlias = Literal["examples", "documents", "mentions", "about"]

_DOCUMENTS = r"(?:documents?|sources?|files?|articles?|reports?|papers?|texts?)"
_GREETING = r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|thanks|thank you)\b[^?:.]{0,25}"
_ABOUT = r"(?:deals? with|covers?|(?:is|are) (?:all )?(?:about|on))"
_MENTION = (
    r"(?:mentions?|(?:talk|speak)s? (?:about|of)|discuss(?:es)?|"
    r"(?:contains?|ha(?:s|ve)|uses?) (?:the )?(?:words?|phrase|name|term)|contains?)"
)
_SPEAK = r"(?:mention|(?:talk|speak) (?:about|of)|discuss|say (?:some|any)thing about)"
_THERE = r"(?:do you have|are there|are (?:indexed|available|loaded))"
_CUES: tuple[tuple[SourcesKind, str], ...] = (  # of a question without its mark; what is mentioned is the first group
    ("about", rf"(?:what|which) (?:of the |of your )?(?:{_DOCUMENTS}|ones?) {_ABOUT} (?P<what>.+)"),
    ("about", rf"(?:what|which) (?:of the |of your )?(?P<of>[\w’'-]+s) {_ABOUT} (?P<what>.+)"),
    ("mentions", rf"(?:what|which) (?:of the |of your )?(?:{_DOCUMENTS}|ones?) {_MENTION} (.+)"),
    ("mentions", rf"(?:what|which) (?:of the |of your )?(?:{_DOCUMENTS}|ones?) says? (?:some|any)thing about (.+)"),
    ("mentions", rf"(?:what|which) (?:of the |of your )?(?P<of>[\w’'-]+s) {_SPEAK} (?P<what>.+)"),
    ("mentions", r"where (?:is|are|was|were) (.+) mentioned"),
    ("documents", rf"(?:how many|what|which) {_DOCUMENTS} (?:{_THERE}|do you know)"),
    ("documents", rf"(?:what|which) {_DOCUMENTS} can (?:you|i) (?:search|read|ask)"),
    ("documents", rf"what(?: is|s|[’']s| do you have)? in (?:the|your|these|those|this|my|our) {_DOCUMENTS}"),
    ("documents", rf"(?:list|show)(?: me)? (?:all )?(?:of )?(?:the |your )?(?:available )?{_DOCUMENTS}"),
    ("examples", r"what (?:questions )?(?:can|could|may|should) (?:i|we|one) ask(?: you)?(?: about| here)?"),
    ("examples", r"what (?:can|do) you (?:do|know|answer)|help(?: me)?|(?:who|what) are you"),
    ("examples", _GREETING),
)
_SAY = re.compile(
    r"what (?:do|did|can|have) (?:the |these |those |my |our |your |all |different |other |various )*"
    r"((?:[\w’'-]+ ){0,2}?[\w’'-]+s) (?:say|said|tell|write|report|mention) (?:us |me )?(?:about|on|of)\b",
    re.IGNORECASE,
)
_PATTERNS = tuple((kind, re.compile(cue, re.IGNORECASE)) for kind, cue in _CUES)


_FILES = (  # what files are called, and how their names end
    ("email e-mail mail message", (".eml", ".msg", ".mbox", ".mht")),
    ("presentation slide", (".pptx", ".odp")),
    ("spreadsheet sheet workbook", (".xlsx", ".xls", ".ods", ".csv", ".tsv")),
    ("pdf", (".pdf",)),
    ("notebook", (".ipynb",)),
)
_SUFFIXES = {f"{name}{s}": suffixes for names, suffixes in _FILES for name in names.split() for s in ("", "s")}


def suffixes_of(called: str) -> tuple[str, ...]:
    """How the names of files end that are called so: ".eml" and others of "emails"; none for any other word."""
    return _SUFFIXES.get(called.lower(), ())


class SourcesQuestion(NamedTuple):
    """What is asked about the sources, for `mentions` and `about` the thing, and what they are called where it is no
    word for a document: "licences".
    """

    kind: SourcesKind
    what: str = ""
    of: str = ""


def sources_question(question: str) -> SourcesQuestion | None:
    """What a question asks about the sources themselves; None for a question that they are to answer."""
    for plain in (" ".join(question.split()).rstrip(" ?.!"), plain_question(question)):
        for kind, pattern in _PATTERNS:
            if found := pattern.fullmatch(plain):
                said = found.groupdict()
                what = said.get("what") or (found[1] if kind == "mentions" else "")
                return SourcesQuestion(kind, _thing(what), said.get("of") or "")
    return None


def sources_asked(question: str) -> str:
    """What the sources are called of which a question asks what they say, "licences"; "" where it asks of one."""
    found = _SAY.match(plain_question(question))
    return found[1] if found else ""


def _thing(said: str) -> str:
    """What is to be mentioned, without its article and quotation marks."""
    return re.sub(r"^(?:the|an?) (?=\S)", "", said.strip(" '\"“”"), flags=re.IGNORECASE)
