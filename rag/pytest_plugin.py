"""The pytest plugin: `pytest --rag-index index --rag-cases cases.yaml` makes a test of every case.

Own tests use the fixtures `assistant` (an open index, once a session) and `ask` with the matchers of `rag.evaluate`.
Nothing is imported or opened before a test asks for it; a run that uses none of this is not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.evaluate import Case, Result, Sources
    from rag.types import Answer

__all__ = ["CaseFile", "CaseItem"]

_FILES = pytest.StashKey[set[Path]]()
_ASSISTANT = pytest.StashKey["Assistant"]()
_SOURCES = pytest.StashKey["Sources"]()


class WrongAnswer(Exception):
    """A case with findings; never leaves this module."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.case.id)
        self.result = result


def pytest_addoption(parser: pytest.Parser) -> None:
    """Two options, and the index as a setting of pytest."""
    group = parser.getgroup("rag", "answers with citations (Footnote)")
    group.addoption("--rag-index", metavar="DIR", help="index that is asked (default: the ini value rag_index)")
    group.addoption(
        "--rag-cases",
        metavar="FILE",
        action="append",
        default=[],
        help="file of cases (.yaml, .jsonl, .json), each of which becomes a test; may be repeated",
    )
    parser.addini("rag_index", "index that is asked by the fixtures assistant and ask", default="index")


def pytest_configure(config: pytest.Config) -> None:
    """Markers, and files of cases as further arguments, so that they can also be named with `::id`."""
    config.addinivalue_line("markers", "rag: a test that asks an index")
    config.addinivalue_line("markers", "rag_refusal: a case that the sources do not answer")
    files = {(config.invocation_params.dir / name).resolve() for name in config.getoption("--rag-cases")}
    config.stash[_FILES] = files
    named = {(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args}
    config.args += sorted(str(file) for file in files - named)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Closes the index if a test opened it."""
    opened = config.stash.get(_ASSISTANT, None)
    if opened is not None:
        opened.close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> CaseFile | None:
    """Files named with --rag-cases, and no others."""
    if file_path.resolve() in parent.config.stash[_FILES]:
        return CaseFile.from_parent(parent, path=file_path)
    return None


class CaseFile(pytest.File):
    """A file of cases."""

    def collect(self) -> Iterator[CaseItem]:
        """One test for each case, named by its id."""
        from rag.errors import CaseProblem
        from rag.evaluate import load_cases

        try:
            cases = load_cases(self.path)
        except CaseProblem as error:
            raise self.CollectError(f"{error.message}\n{error.hint}") from error
        for case in cases:
            yield CaseItem.from_parent(self, name=case.id, case=case)


class CaseItem(pytest.Item):
    """One case as a test: it passes if nothing is wrong with the answer and its citations."""

    def __init__(self, *, case: Case, **rest: object) -> None:  # pytest's own nodes are made by name
        super().__init__(**rest)  # type: ignore[arg-type]
        self.case = case
        self.add_marker("rag")
        if not case.answerable:
            self.add_marker("rag_refusal")

    def runtest(self) -> None:
        """Asks and judges."""
        from rag.evaluate import ask_one, examine

        assistant = _assistant(self.config)
        result = examine(self.case, ask_one(assistant, self.case), _sources(self.config))
        if not result.passed:
            raise WrongAnswer(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """The case in words instead of a traceback."""
        from rag.evaluate import failure

        if isinstance(excinfo.value, WrongAnswer):
            colour = self.config.get_terminal_writer().hasmarkup
            return failure(excinfo.value.result, _sources(self.config), colour)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, and the case's name as a heading of its failure."""
        return self.path, 0, f"{self.path.name}::{self.name}"


@pytest.fixture(scope="session")
def assistant(pytestconfig: pytest.Config) -> Assistant:
    """The index of --rag-index, open for questions; closed when the session ends."""
    return _assistant(pytestconfig)


@pytest.fixture
def ask(assistant: Assistant) -> Callable[..., Answer]:
    """Asks the index: `ask("…")`, or `ask("…", turns)` with earlier turns (`rag.Turn`)."""
    return assistant.ask


def _assistant(config: pytest.Config) -> Assistant:
    if _ASSISTANT not in config.stash:
        from rag.assistant import open_index
        from rag.errors import FootnoteError
        from rag.shared import is_address

        given = config.getoption("--rag-index")
        folder = config.invocation_params.dir if given else config.rootpath
        named = given or config.getini("rag_index")
        try:
            config.stash[_ASSISTANT] = open_index(named if is_address(named) else folder / named)
        except FootnoteError as error:
            pytest.fail(f"{error.message} {error.hint} Name another index with --rag-index.", pytrace=False)
    return config.stash[_ASSISTANT]


def _sources(config: pytest.Config) -> Sources:
    if _SOURCES not in config.stash:
        from rag.evaluate import Sources

        config.stash[_SOURCES] = Sources.of(_assistant(config))
    return config.stash[_SOURCES]
