"""What a person expects of an answer, written down: questions with their evidence, as JSONL, JSON or YAML.

    - question: How many people died in the attack?
      answers: ["64"]                       # any of these strings; `need: all` asks for every one
      citations:                            # any of these places; `cite:` asks for half, each source, or all
        - path: report.pdf
          page: 3
          quote: In all, 64 people died in the attack.
    - question: And who led it?
      turns:
        - user: How many people died in the attack?
        - assistant: 64 people.
      answerable: false

In YAML every value is taken as it is written: `12:30`, `no` and `2024-03-11` stay the words a person typed. This module
does not know the sources, nor what the program answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import CaseProblem
from rag.evaluate.case_models import Cite, Need, check_case
from rag.language import composed
from rag.types import JSON, Span, Turn

__all__ = ["Case", "Cite", "Expected", "Need", "case_hash", "load_cases", "parse_case", "to_jsonl", "to_yaml"]


@dataclass(frozen=True, slots=True)
class Expected:
    """A place that should be cited: a source, or a page of it (1-based), or a quote or span (code points) in it.

    `relevance` is the grade of the place in nDCG, 1 or more.
    """

    path: str
    page: int | None = None
    quote: str | None = None
    span: Span | None = None
    relevance: int = 1

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, without what is not set."""
        found: dict[str, JSON] = {"path": self.path}
        if self.page is not None:
            found["page"] = self.page
        if self.quote is not None:
            found["quote"] = self.quote
        if self.span is not None:
            found["span"] = list(self.span)
        if self.relevance != 1:
            found["relevance"] = self.relevance
        return found


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is expected of its answer; `turns` come before it, oldest first.

    An answerable case without `answers` and `citations` only expects an answer whose citations hold. `reference` is a
    good answer in somebody's own words: token F1 compares with it, nothing has to match it. Cases of one `kind` are
    counted together as well; the word is the author's own.
    """

    id: str
    question: str
    answerable: bool = True
    answers: tuple[str, ...] = ()
    need: Need = "any"
    citations: tuple[Expected, ...] = ()
    cite: Cite = "any"
    turns: tuple[Turn, ...] = ()
    reference: str | None = None
    kind: str = ""

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready in the form that `parse_case` reads, without what is not set."""
        found: dict[str, JSON] = {"id": self.id, "question": self.question}
        if self.kind:
            found["kind"] = self.kind
        if self.turns:
            found["turns"] = [{turn.role: turn.text} for turn in self.turns]
        if not self.answerable:
            found["answerable"] = False
        if self.answers:
            found["answers"] = list(self.answers)
        if self.need != "any":
            found["need"] = self.need
        if self.citations:
            found["citations"] = [expected.to_dict() for expected in self.citations]
        if self.cite != "any":
            found["cite"] = self.cite
        if self.reference is not None:
            found["reference"] = self.reference
        return found


def load_cases(path: Path) -> list[Case]:
    """The cases of a `.jsonl`, `.json`, `.yaml` or `.yml` file, in order. Raises CaseProblem naming line and field."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise CaseProblem(f"There is no file {path}.", "Draft cases from your own sources: rag eval init") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CaseProblem(f"{path} cannot be read: {error}.", "Save it as UTF-8 text.") from error
    rows = list(_rows(path, text))
    if not rows:
        raise CaseProblem(f"{path} contains no cases.", "Draft some from your own sources: rag eval init")
    cases = [parse_case(row, f"{path}, {place}", f"{path.stem}-{at}") for at, (place, row) in enumerate(rows, 1)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise CaseProblem(f"{path}: two cases have the id {case.id!r}.", "Give each its own id, or leave ids out.")
        seen.add(case.id)
    return cases


def parse_case(row: JSON, place: str, default_id: str) -> Case:
    """One case from JSON or from YAML's strings; `place` names it in a CaseProblem."""
    given = check_case(row, place, default_id)
    return Case(
        id=given.id,
        question=given.question,
        answerable=given.answerable,
        answers=tuple(given.answers),
        need=given.need or "any",
        citations=tuple(
            Expected(
                path=composed(one.path.replace("\\", "/")),
                page=one.page,
                quote=one.quote,
                span=Span(*one.span) if one.span else None,
                relevance=one.relevance or 1,
            )
            for one in given.citations
        ),
        cite=given.cite or "any",
        turns=tuple(Turn("user" if one.role == "user" else "assistant", one.text) for one in given.turns),
        reference=given.reference,
        kind=given.kind or "",
    )


def case_hash(cases: Iterable[Case]) -> str:
    """SHA-256 of what the cases ask and expect, whatever file and form they came in."""
    digest = hashlib.sha256()
    for case in cases:
        digest.update(json.dumps(case.to_dict(), sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        digest.update(b"\n")
    return digest.hexdigest()


def to_jsonl(cases: Iterable[Case]) -> str:
    """One case a line."""
    return "".join(json.dumps(case.to_dict(), ensure_ascii=False) + "\n" for case in cases)


def to_yaml(cases: Iterable[Case]) -> str:
    """A list of cases for a person to edit."""
    import yaml

    rows = [case.to_dict() for case in cases]
    return str(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=110))


def _rows(path: Path, text: str) -> Iterable[tuple[str, JSON]]:
    """Each case as it stands in the file, and where."""
    if path.suffix == ".jsonl":
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"line {number}", _json(line, f"{path}, line {number}")
        return
    if path.suffix in (".yaml", ".yml"):
        found = _yaml(text, path)
    elif path.suffix == ".json":
        found = _json(text, str(path))
    else:
        raise CaseProblem(f"{path} is not a case file.", "Case files end in .jsonl, .json, .yaml or .yml.")
    if isinstance(found, dict) and "cases" in found:
        found = found["cases"]
    if not isinstance(found, list | None) and found != "":
        raise CaseProblem(f"{path}: expected a list.", "Write a list, even for a single item.")
    for number, row in enumerate(found or (), 1):
        yield f"case {number}", row


def _json(text: str, place: str) -> JSON:
    try:
        return json.loads(text)  # type: ignore[no-any-return]
    except (ValueError, RecursionError) as error:
        raise CaseProblem(f"{place}: invalid JSON: {error}.", "Correct it, or write the cases as YAML.") from error


def _yaml(text: str, path: Path) -> JSON:
    import yaml

    class Words(yaml.BaseLoader):  # type: ignore[misc]
        """Strings only, and no tag is obeyed; a name that is given twice is no case."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise yaml.MarkedYAMLError(problem=f"{key.value!r} is a duplicate key", problem_mark=key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep)  # type: ignore[no-any-return]

    try:
        return yaml.load(text, Loader=Words)  # type: ignore[no-any-return]  # noqa: S506
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        said = getattr(error, "problem", None) or " ".join(str(error).split())
        raise CaseProblem(f"{path}{where}: invalid YAML: {said}.", "Correct it there.") from error
