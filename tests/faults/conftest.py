"""Faults put in on purpose: how many were tried, survived, and what was lost, told in the end.

python -m pytest tests/faults --rounds 200
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

_FEW = 10  # trials that may all have come too late


@dataclass(slots=True)
class Trials:
    """What became of one kind of fault. `struck` of the trials met the program at work; nothing may be lost."""

    tried: int = 0
    struck: int = 0
    survived: int = 0
    lost: list[str] = field(default_factory=list)

    def note(self, lost: str = "", *, struck: bool = True) -> None:
        """One trial; `lost` says what did not survive it."""
        self.tried += 1
        self.struck += struck
        if lost:
            self.lost.append(lost)
        else:
            self.survived += 1


@pytest.fixture
def trials(record_property: Callable[[str, object], None]) -> Any:
    """Counts the trials of a test; the test fails where something was lost, or nothing was struck."""
    counted = Trials()
    yield counted
    said = f"{counted.tried} trials, {counted.struck} struck, {counted.survived} survived, {len(counted.lost)} lost"
    record_property("faults", said)
    assert not counted.lost, counted.lost[:5]
    assert counted.struck or counted.tried < _FEW, "no fault met the program at work"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A line for each kind of fault."""
    reports = [report for kind in ("", "passed", "error") for report in terminalreporter.getreports(kind)]
    lines = [(r.nodeid.split("::")[-1], dict(r.user_properties)["faults"]) for r in reports if _told(r)]
    for name, said in lines:
        terminalreporter.write_line(f"{name}: {said}")


def _told(report: Any) -> bool:
    return report.when == "teardown" and "faults" in dict(report.user_properties)
