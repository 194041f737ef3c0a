"""Cases are asked, on all cores, and what was answered is kept for the next run.

An answer depends on the question, the turns before it, the index and the program. As long as these are the same, the
answer kept from an earlier run is taken instead of asking again. This module does not know what was expected.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import QuestionProblem
from rag.evaluate.cases import Case
from rag.evaluate.predictions import Prediction
from rag.types import JSON

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.config import Config

__all__ = ["PredictionCache", "ask_all", "ask_one", "program_hash", "settings_of"]

_ALONE = 24  # cases that are asked in this process: a second one would take longer to start
_KEPT = 8  # files of answers that stay, the last ones used
_NOT_ASKING = {"evaluate", "cli", "server", "pytest_plugin.py"}  # rooms that change no answer

OnAsked = Callable[[int, int, str], None]
"""Called with how many cases are done, of how many, and the question asked last."""


def ask_one(assistant: Assistant, case: Case) -> Prediction:
    """What an assistant answers. A question that cannot be asked at all is a refusal that says why."""
    started = time.perf_counter()
    try:
        answer = assistant.ask(case.question, case.turns)
    except QuestionProblem as error:
        return Prediction(case.question, "not_found", (), (), 0.0, trouble=error.message)
    return Prediction.of(answer, round(1000 * (time.perf_counter() - started), 2))


def ask_all(
    cases: Sequence[Case], config: Config, assistant: Assistant, kept: PredictionCache, jobs: int, on_asked: OnAsked
) -> list[Prediction]:
    """What is answered to every case, in their order; `jobs` processes ask, each with a copy of the models.

    Every answer is kept at once, so that a run that was stopped goes on where it was. Raises what asking raises.
    """
    found: dict[str, Prediction] = {}
    for case in cases:
        if (known := kept.get(case)) is not None:
            found[case.id] = known
    open_cases = [case for case in cases if case.id not in found]
    alone = jobs <= 1 or len(open_cases) <= _ALONE
    asked = _here(assistant, open_cases) if alone else _spread(config, open_cases, jobs)
    done = len(found)
    for case, prediction in asked:
        found[case.id] = prediction
        kept.put(case, prediction)
        done += 1
        on_asked(done, len(cases), case.question)
    return [found[case.id] for case in cases]


def _here(assistant: Assistant, cases: Sequence[Case]) -> Iterator[tuple[Case, Prediction]]:
    return ((case, ask_one(assistant, case)) for case in cases)


def _spread(config: Config, cases: Sequence[Case], jobs: int) -> Iterator[tuple[Case, Prediction]]:
    """Asked in fresh processes, in whatever order they end."""
    settings = config.model_dump_json()
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_prepare, initargs=(jobs,))
    try:
        futures: dict[Future[Prediction], Case] = {pool.submit(_ask, settings, case): case for case in cases}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(jobs: int) -> None:
    """One process, its share of the cores: more threads than cores slow each other down. Ctrl-C is for the parent."""
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // jobs))
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _ask(settings: str, case: Case) -> Prediction:
    return ask_one(_opened(settings), case)


@lru_cache(maxsize=1)
def _opened(settings: str) -> Assistant:
    from rag.assistant import open_index
    from rag.config import Config

    assistant = open_index(config=Config.model_validate_json(settings))
    assistant.warm_up()
    return assistant


class PredictionCache:
    """Answers of earlier runs with the same index, settings and program, in one file that only grows."""

    def __init__(self, folder: Path, fingerprint: str, fresh: bool = False) -> None:
        """Opens the file for a fingerprint (see `state_of`); `fresh` forgets what it holds."""
        self._path = folder / f"{fingerprint[:32]}.jsonl"
        self._known: dict[str, Prediction] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if fresh:
            self._path.unlink(missing_ok=True)
        if self._path.exists():
            self._path.touch()
            for line in self._path.read_text("utf-8", errors="replace").split("\n"):
                try:
                    row = json.loads(line)
                    self._known[row["case"]] = Prediction.from_dict(row["prediction"])
                except (ValueError, KeyError, TypeError):
                    continue  # the last line of a run that was killed
        for old in sorted(folder.glob("*.jsonl"), key=lambda path: -path.stat().st_mtime)[_KEPT:]:
            old.unlink(missing_ok=True)

    def get(self, case: Case) -> Prediction | None:
        """What was answered to this question after these turns, or None."""
        return self._known.get(_asked(case))

    def put(self, case: Case, prediction: Prediction) -> None:
        """Keeps an answer."""
        self._known[_asked(case)] = prediction
        row = json.dumps({"case": _asked(case), "prediction": prediction.to_dict()}, ensure_ascii=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" + row)

    @staticmethod
    def state_of(assistant: Assistant, config: Config) -> str:
        """The fingerprint of index, settings and program."""
        settings = json.dumps(settings_of(config), sort_keys=True)
        return hashlib.sha256(f"{assistant.fingerprint()}\n{settings}\n{program_hash()}".encode()).hexdigest()


def settings_of(config: Config) -> dict[str, JSON]:
    """The settings that have a part in answers, JSON-ready; never a key, since runs are kept and shown."""
    exclude = {"index", "sources", "host", "port", "feedback", "llm_key"}
    exclude |= {name for name in type(config).model_fields if name.startswith(("sign_on_", "oidc_"))}
    found: dict[str, JSON] = json.loads(config.model_dump_json(exclude=exclude))
    return found


@lru_cache(maxsize=1)
def program_hash() -> str:
    """A hash of every file of the program that has a part in answers, and of the versions of what it stands on."""
    from importlib.metadata import distributions

    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if inside.parts[0] not in _NOT_ASKING and path.is_file() and path.suffix != ".pyc":
            digest.update(f"{inside.as_posix()}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    installed = sorted({f"{found.name}=={found.version}" for found in distributions()})
    digest.update("\n".join(installed).encode())
    return digest.hexdigest()


def _asked(case: Case) -> str:
    turns = [(turn.role, turn.text) for turn in case.turns]
    return hashlib.sha256(repr((case.question, turns)).encode("utf-8", "surrogatepass")).hexdigest()
