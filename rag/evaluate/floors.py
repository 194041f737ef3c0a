"""Floors: numbers that a run may not fall below, bound to the data they were measured on.

A floor is raised by a command and by nothing else; the command refuses to lower one unless told to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import CaseProblem
from rag.evaluate.run import Run
from rag.evaluate.summary import MEASURES

__all__ = ["Breach", "Floors", "breaches", "load_floors", "raised", "save_floors"]

_ROUNDING = 5e-5  # floors are kept with four digits


@dataclass(frozen=True, slots=True)
class Floors:
    """The least (of errors: the most) that each measure may say, and the data that this was measured on."""

    cases_sha256: str
    sources_sha256: str
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Breach:
    """A measure on the wrong side of its floor; `value` is None where the run does not have it."""

    name: str
    floor: float
    value: float | None

    def __str__(self) -> str:
        way = "more" if _better(self.name) == "less" else "less"
        if self.value is None:
            return f"{self.name}: the floor is {self.floor:g}, and nothing was measured."
        return f"{self.name}: {self.value:.4g} is {way} than the floor of {self.floor:g}."


def load_floors(path: Path) -> Floors:
    """Raises CaseProblem if the file is missing or no file of floors."""
    try:
        found = json.loads(path.read_text("utf-8"))
        measures = {str(name): float(value) for name, value in found["measures"].items()}
        floors = Floors(str(found["cases_sha256"]), str(found["sources_sha256"]), measures)
    except FileNotFoundError as error:
        raise CaseProblem(f"There is no file {path}.", "Set floors first: rag eval raise CASES FLOORS") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CaseProblem(f"{path} is not a floors file: {error}.", "Make one: rag eval raise CASES FLOORS") from error
    unknown = [name for name in measures if _better(name) is None]
    if unknown:
        raise CaseProblem(f"{path}: unknown measure {unknown[0]!r}.", "Remove it, or set the floors again.")
    return floors


def save_floors(floors: Floors, path: Path) -> None:
    """Writes them for a person to read and a repository to keep."""
    kept = {
        "cases_sha256": floors.cases_sha256,
        "sources_sha256": floors.sources_sha256,
        "measures": dict(floors.measures),
    }
    path.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")


def breaches(floors: Floors, run: Run) -> list[Breach]:
    """Every floor that a run does not keep. Raises CaseProblem if they were measured on other data."""
    for mine, theirs, what in (
        (run.cases_sha256, floors.cases_sha256, "cases"),
        (run.sources_sha256, floors.sources_sha256, "sources"),
    ):
        if mine != theirs:
            raise CaseProblem(
                f"The floors were measured on different {what}.",
                "Check what changed, then set them for the new data: rag eval raise CASES FLOORS",
            )
    return _below(floors.measures, run)


def raised(floors: Floors | None, run: Run, lower: bool = False, slack: float = 0.0) -> Floors:
    """Floors at what a run reached less `slack`, bound to its data; one that stands higher stays.

    Raises CaseProblem if the run is below a floor, unless told to `lower`: then every floor is set anew.
    """
    if run.broken:
        raise CaseProblem(
            f"{len(run.broken)} cases do not match the sources: {run.broken[0].broken}", "Correct them first."
        )
    worse = _below(floors.measures, run) if floors else []
    if worse and not lower:
        raise CaseProblem(
            f"This would lower {len(worse)} of the floors. " + " ".join(map(str, worse)),
            "Fix what became worse, or pass --lower.",
        )
    measures: dict[str, float] = {}
    for measure in MEASURES:
        if not measure.floored or measure.name not in run.measures:
            continue
        value = run.measures[measure.name].value
        less = measure.better == "less"
        floor = round(min(1.0, value + slack) if less else max(0.0, value - slack), 4)
        before = floors.measures.get(measure.name) if floors and not lower else None
        measures[measure.name] = floor if before is None else min(floor, before) if less else max(floor, before)
    return Floors(run.cases_sha256, run.sources_sha256, measures)


def _below(floors: Mapping[str, float], run: Run) -> list[Breach]:
    found = []
    for name, floor in floors.items():
        value = run.measures[name].value if name in run.measures else None
        lost = value is None or (value - floor if _better(name) == "less" else floor - value) > _ROUNDING
        if lost:
            found.append(Breach(name, floor, value))
    return found


def _better(name: str) -> str | None:
    return next((measure.better for measure in MEASURES if measure.name == name), None)
