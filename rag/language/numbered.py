"""Parts of a document that are called by a number: "section 4.2", "chapter 3", "what is new in 2.12".

Patterns of English. This module does not know which parts there are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rag.language.questions import plain_question

__all__ = ["NumberedPart", "numbered_part"]

_PART = r"(?P<noun>section|chapter|part|article|clause|paragraph|appendix|annex|step|rule|version|release|v)"
_NUMBER = r"(?P<number>\d+(?:\.\d+)*[a-z]?|(?<=appendix )[A-Z]|(?<=annex )[A-Z]|[IVX]+)"
_OF = r"(?: (?:of|in|from) (?:the |our |my )?(?P<of>.+?))?"
_VERSION = r"(?P<of>.+? )??(?:(?P<noun>version|release|v) ?)?(?P<number>\d+(?:\.\d+)+)"
_SAYS = r"(?:say|state|contain|cover|require|regulate|deal with|tell(?: us)?)"
_ASKED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"what (?:does|did) (?:the )?{_PART} ?{_NUMBER}{_OF} {_SAYS}",
        rf"what (?:is|stands|was) (?:there )?(?:in|under) {_PART} ?{_NUMBER}{_OF}",
        rf"(?:summari[sz]e|sum up|outline|show(?: me)?|explain|describe|quote) {_PART} ?{_NUMBER}{_OF}",
        rf"what is {_PART} ?{_NUMBER}{_OF} about",
        rf"what(?: is|s|[’']s)? new (?:in|with) {_VERSION}",
        rf"what (?:has )?changed (?:in|with) {_VERSION}",
    )
)
_RELEASES = ("version", "release", "v")


class NumberedPart(NamedTuple):
    """A part that is asked for: what it is called, its number, and of which document, "" where none is named."""

    noun: str
    number: str
    of: str

    def is_headed(self, heading: str) -> bool:
        """Whether a heading is that of the part: "4.2 Leave" of section 4.2, "v2.12.0 (2025-10-07)" of version 2.12."""
        nouns = "|".join(_RELEASES) if self.noun in _RELEASES else re.escape(self.noun)
        number = re.escape(self.number)
        return bool(re.match(rf"\W*(?:(?:{nouns})\s*)?{number}(?:\.0)*(?![\w.]*\w)", heading, re.IGNORECASE))


def numbered_part(question: str) -> NumberedPart | None:
    """The numbered part that a question asks to be shown; None where it asks for something else."""
    plain = plain_question(question)
    for pattern in _ASKED:
        if found := pattern.fullmatch(plain):
            said = found.groupdict()
            return NumberedPart((said["noun"] or "version").lower(), said["number"], (said["of"] or "").strip())
    return None
