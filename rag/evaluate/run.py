"""One evaluation from start to end: cases are asked, judged and summed up; the run can be kept as JSON and compared.

This module does not know how a run is shown.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import CaseProblem
from rag.evaluate.cases import Case, case_hash, load_cases
from rag.evaluate.datasets import import_set, is_dataset
from rag.evaluate.judge import Judge, in_source_words, supported_by
from rag.evaluate.locations import Sources
from rag.evaluate.predict import OnAsked, PredictionCache, ask_all, settings_of
from rag.evaluate.results import Result, judge_all
from rag.evaluate.summary import Estimate, Row, summarise
from rag.types import JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rag.config import Config
    from rag.types import ProgressCallback

__all__ = ["Run", "evaluate", "opened", "read_rows"]


@dataclass(frozen=True, slots=True)
class Run:
    """What an evaluation found. Hashes are SHA-256 of all cases, and of every source's path and content.

    `asked` of the answers are new, the others were kept from an earlier run; `seconds` is wall time without loading.
    """

    cases_sha256: str
    sources_sha256: str
    documents: int
    settings: dict[str, JSON]
    results: tuple[Result, ...]
    measures: dict[str, Estimate]
    asked: int
    seconds: float
    made: str
    version: str

    @property
    def failed(self) -> list[Result]:
        """Cases with findings."""
        return [result for result in self.results if result.findings]

    @property
    def broken(self) -> list[Result]:
        """Cases whose expectations do not stand in the sources; no number counts them."""
        return [result for result in self.results if result.broken]

    @property
    def kinds(self) -> dict[str, tuple[int, int]]:
        """Of each kind that cases name, in their order: how many passed, and of how many."""
        found: dict[str, tuple[int, int]] = {}
        for result in self.results:
            if result.case.kind and not result.broken:
                passed, total = found.get(result.case.kind, (0, 0))
                found[result.case.kind] = (passed + result.passed, total + 1)
        return found

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready; `read_rows` finds in it what a comparison needs."""
        return {
            "version": self.version,
            "made": self.made,
            "cases_sha256": self.cases_sha256,
            "sources_sha256": self.sources_sha256,
            "documents": self.documents,
            "settings": self.settings,
            "cases": len(self.results),
            "failed": len(self.failed),
            "broken": len(self.broken),
            "kinds": {kind: {"passed": passed, "cases": total} for kind, (passed, total) in self.kinds.items()},
            "asked": self.asked,
            "seconds": round(self.seconds, 2),
            "measures": {name: estimate.to_dict() for name, estimate in self.measures.items()},
            "results": [_result_to_dict(result) for result in self.results],
        }


def evaluate(
    cases: Sequence[Case],
    config: Config,
    *,
    jobs: int = 1,
    fresh: bool = False,
    judge: Judge | None = None,
    on_asked: OnAsked | None = None,
) -> tuple[Run, Sources]:
    """Asks every case of an index and judges the answers; also the sources, which outlive the open index.

    Without a `judge`, claims must be in the source's words, or, where a language model writes them, hold before
    verification and the settings' `nli`. `jobs` processes ask at once; a script that wants more than one needs the
    usual `if __name__ == "__main__"`. Raises IndexMissing, IndexStale, ModelProblem.
    """
    from rag.assistant import open_index
    from rag.config import cache_folder

    with open_index(config=config) as assistant:
        started = time.monotonic()
        kept = PredictionCache(cache_folder() / "answers", PredictionCache.state_of(assistant, config), fresh)
        asked = sum(kept.get(case) is None for case in cases)
        predictions = ask_all(cases, config, assistant, kept, jobs, on_asked or _silent)
        sources = Sources.of(assistant)
        results = judge_all(cases, predictions, sources, judge or _judge_for(config))
        for document_id in {one.document_id for result in results for one in result.prediction.passages}:
            sources.document(document_id)  # a report wants it after the index is closed
    run = Run(
        cases_sha256=case_hash(cases),
        sources_sha256=sources.sha256(),
        documents=len(set(sources.ids.values())),
        settings=settings_of(config),
        results=tuple(results),
        measures=summarise([row_of(result) for result in results if not result.broken]),
        asked=asked,
        seconds=time.monotonic() - started,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        version=version("footnote-rag"),
    )
    return run, sources


@contextmanager
def opened(path: Path, config: Config, progress: ProgressCallback | None = None) -> Iterator[tuple[list[Case], Config]]:
    """Cases and the settings to ask them with. A set that brings its own sources is indexed in the cache first."""
    if not is_dataset(path):
        if path.is_dir():
            raise CaseProblem(f"{path} is not a question set.", "A set has corpus.jsonl and queries.jsonl.")
        yield load_cases(path), config
        return
    from rag.assistant import build
    from rag.config import cache_folder

    folder = cache_folder() / "sets" / path.resolve().name
    shutil.rmtree(folder / "sources", ignore_errors=True)  # documents that the set no longer has
    imported = import_set(path, folder)
    own = config.model_copy(update={"sources": imported.sources, "index": folder / "index"})
    build(config=own, progress=progress)
    yield load_cases(imported.cases), own


def _judge_for(config: Config) -> Judge:
    if not config.llm:
        return in_source_words
    from rag.models import CrossEncoder, SentenceEncoder

    nli = CrossEncoder(config.nli, config.device) if config.nli else None
    return supported_by(SentenceEncoder(config.model, config.device, config.index), nli)


def row_of(result: Result) -> Row:
    """What of a result goes into the numbers."""
    given = result.prediction
    return Row(result.case.id, result.case.answerable, given.answered, result.passed, given.confidence, result.values)


def read_rows(path: Path) -> list[Row]:
    """The rows of a run that was printed with --json. Raises CaseProblem if the file is none."""
    try:
        run = json.loads(path.read_text("utf-8"))
        return [
            Row(one["id"], one["answerable"], one["answered"], one["passed"], one["confidence"], one["values"])
            for one in run["results"]
            if not one["broken"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CaseProblem(
            f"{path} is not a saved run: {error}.", "Make one: rag eval CASES --json > run.json"
        ) from error


def _result_to_dict(result: Result) -> dict[str, JSON]:
    given = result.prediction
    return {
        **result.case.to_dict(),
        "answerable": result.case.answerable,
        "answered": given.answered,
        "passed": result.passed,
        "broken": result.broken,
        "confidence": round(given.confidence, 6),
        "findings": [finding.to_dict() for finding in result.findings],
        "values": {name: round(value, 6) for name, value in result.values.items()},
        "given": given.to_dict(),
    }


def _silent(done: int, total: int, question: str) -> None:
    """Shows nothing."""
