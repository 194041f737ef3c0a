"""What people say of answers, turned into cases for `rag eval`.

Of several words on the same question by the same person the last one counts. This module does not know how a case is
judged, nor where remarks are kept.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from rag.evidence.feedback_file import FeedbackFile
from rag.types import JSON, AnswerStatus, Citation, PartlyReason, RemarkLog, Turn

__all__ = ["KINDS", "FeedbackEntry", "FeedbackStore", "Kind"]

Kind: TypeAlias = Literal["helpful", "wrong_citation", "should_answer"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class FeedbackEntry:
    """One word on an answer. `expected` is what would have been right, in the person's words; `answers` the exact
    words that the program gave; `wrong` the numbers of the citations that do not carry their sentence.
    """

    kind: Kind
    question: str
    status: AnswerStatus
    turns: tuple[Turn, ...] = ()
    answers: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    wrong: tuple[int, ...] = ()
    expected: str = ""
    user: str = ""
    reason: PartlyReason = ""


class FeedbackStore:
    """Remarks, wherever they are kept."""

    def __init__(self, log: RemarkLog | Path) -> None:
        """`log` may be the file of them."""
        self._log = FeedbackFile(log) if isinstance(log, Path) else log

    def add(self, remark: FeedbackEntry) -> None:
        """Adds a remark. Raises ConfigProblem where it cannot be kept, or there is no room."""
        self._log.append(
            {
                "at": round(time.time()),
                "kind": remark.kind,
                "user": remark.user,
                "question": remark.question,
                "turns": [{turn.role: turn.text} for turn in remark.turns],
                "status": remark.status,
                "reason": remark.reason,
                "answers": list(remark.answers),
                "citations": [
                    {"number": c.number, "path": c.path, "page": c.page, "quote": c.quote} for c in remark.citations
                ],
                "wrong": list(remark.wrong),
                "expected": remark.expected,
            }
        )

    def delete(self, user: str) -> int:
        """Deletes the remarks of a user ("" where nobody signs in); gives their number. Raises ConfigProblem."""
        return self._log.delete(user)

    def cases(self, user: str | None = None) -> list[dict[str, JSON]]:
        """The remarks as cases, oldest first; of one user only if given.

        A helpful answer is expected again with its citations; a helpful "not found", or a helpful list of what comes
        closest, is a question that the sources do not answer; with a wrong citation, or where there should have been
        an answer, what is known of the right one is expected: the citations that were not called wrong, and the words
        that the person gave.
        """
        latest: dict[str, dict[str, JSON]] = {}
        for line in self._log.lines():
            if line.get("kind") in KINDS and user in (None, line.get("user")):
                key = json.dumps([line["user"], line["question"], line["turns"]])
                latest.pop(key, None)
                latest[key] = line
        return [_case(line) for line in latest.values()]


def _case(line: dict[str, JSON]) -> dict[str, JSON]:
    expected, kind = str(line["expected"]), line["kind"]
    name = json.dumps([line["question"], line["turns"]])
    case: dict[str, JSON] = {
        "id": f"said-{hashlib.sha256(name.encode()).hexdigest()[:10]}",
        "question": line["question"],
    }
    if line["turns"]:
        case["turns"] = line["turns"]
    turned_away = kind == "helpful" and _unanswered(line)
    case["answerable"] = not turned_away
    case["answers"] = [expected] if expected else line["answers"] if kind == "helpful" and not turned_away else []
    case["citations"] = [] if kind == "should_answer" or turned_away else _right(line)
    return case


def _unanswered(line: dict[str, JSON]) -> bool:
    """Whether the answer said itself that the sources do not answer outright; older remarks give no reason."""
    return line["status"] == "not_found" or line.get("reason") == "closest"


def _right(line: dict[str, JSON]) -> list[JSON]:
    """The citations of a remark that were not called wrong, as a case wants them."""
    cited, wrong = line["citations"], line["wrong"]
    assert isinstance(cited, list)
    assert isinstance(wrong, list)
    if line["kind"] == "wrong_citation" and not wrong:
        return []
    return [
        {"path": each["path"], "page": each["page"], "quote": each["quote"]}
        for each in cited
        if isinstance(each, dict) and each["number"] not in wrong
    ]
