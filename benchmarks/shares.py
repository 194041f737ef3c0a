"""Numbers a question, put together to shares with their intervals, beside those of an earlier run.

This module does not know what the numbers say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Lines", "Tally", "estimate", "interval", "keep", "kept", "show", "wilson"]

Lines: TypeAlias = dict[str, list[float]]
"""One list of numbers a measure, one number a question."""

RESAMPLES = 1000
_Z = 1.959964  # two-sided 95 %


@dataclass(slots=True)
class Tally:
    """One list of numbers per measure, one number per question."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        self.values.setdefault(name, []).append(float(value))

    def result(self) -> dict[str, list[float]]:
        """Mean, lower and upper end of the interval, number of questions."""
        return {name: [*interval(np.array(v), lambda x: x.mean()), len(v)] for name, v in self.values.items()}


def interval(rows: Any, measure: Callable[[Any], Any]) -> list[float]:
    """What `measure` makes of rows `(n, …)`, and the percentile bootstrap's 95 % interval of it."""
    rng = np.random.default_rng(0)
    n = len(rows)
    drawn = [float(measure(rows[rng.integers(0, n, n)])) for _ in range(RESAMPLES if n < 2000 else RESAMPLES // 4)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return [float(measure(rows)), float(low), float(high)]


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, score interval)."""
    share, square = hits / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * float(np.sqrt(share * (1 - share) / n + square / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)


def estimate(values: Sequence[float]) -> list[float]:
    """Mean, both ends of its 95 % interval, and n: Wilson's for yes or no, else the percentile bootstrap's."""
    numbers = np.array(values, np.float64)
    mean, n = float(numbers.mean()), len(numbers)
    if np.isin(numbers, (0, 1)).all():
        return [mean, *wilson(int(numbers.sum()), n), n]
    return [*interval(numbers, lambda drawn: drawn.mean()), n]


def show(title: str, lines: Mapping[str, Sequence[float]], before: Mapping[str, Sequence[float]] | None = None) -> None:
    """Prints a table: each measure with its interval and count, and what an earlier run said of it."""
    wide = max(map(len, lines), default=0)
    print(f"\n## {title}\n")
    print(f"| {'':{wide}} |    n | of them | share | 95 % interval |{' before |' if before is not None else ''}")
    print(f"| {'-' * wide} | ---: | ------: | ----: | ------------: |{' -----: |' if before is not None else ''}")
    for name, values in lines.items():
        mean, low, high, n = estimate(values)
        whole = f"{sum(values):.0f}" if set(values) <= {0.0, 1.0} else ""
        line = f"| {name:{wide}} | {n:4.0f} | {whole:>7} | {mean:5.2f} | {f'{low:.2f} to {high:.2f}':>13} |"
        if before is not None:
            line += f" {np.mean(before[name]):6.2f} |" if before.get(name) else "        |"
        print(line)


def keep(path: Path, lines: Mapping[str, Sequence[float]]) -> None:
    """Writes the numbers of every question, for a later run to be set beside."""
    path.write_text(json.dumps(lines, indent=1) + "\n", "utf-8")


def kept(path: Path | None) -> Lines | None:
    """The numbers of an earlier run; None where none is named."""
    if path is None:
        return None
    found: Lines = json.loads(path.read_text("utf-8"))
    return found
