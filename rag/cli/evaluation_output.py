"""How an evaluation looks in a terminal: measures with their intervals and floors, failed cases, differences."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.evaluate import FALSE_ALARMS, MEASURES, NOTICED, Difference, Floors, Gate, Run
from rag.language import printable

__all__ = ["number", "print_differences", "print_floors", "print_gate", "print_run"]

_SHOWN = 20  # failed cases
_WIDE = 110  # columns from which measures are explained
_STRENGTHS = ("answered", "partly", "incomplete", "closest", "not found")


def print_run(run: Run, floors: Floors | None, html: Path | None) -> None:
    """Failed cases with what is wrong, then the measures by group."""
    console = Console()
    for result in run.broken:
        print(_wrapped("unfit", result.broken, console.width))
    for result in run.failed[:_SHOWN]:
        print(_wrapped("failed", f"{result.case.id}: {result.case.question}", console.width))
        for finding in result.findings:
            print(_wrapped("", finding.said, console.width))
        if result.prediction.text:
            said = textwrap.shorten(result.prediction.text, 2 * console.width, placeholder=" …")
            print(_wrapped("", f"It says: {said}", console.width))
    if len(run.failed) > _SHOWN:
        print(f"… and {len(run.failed) - _SHOWN} more.")
    console.print(_table(run, floors, wide=console.width >= _WIDE))
    if run.kinds:
        said = ", ".join(f"{kind} {passed} of {cases}" for kind, (passed, cases) in run.kinds.items())
        print(_wrapped("passed", said, console.width))
    total, failed, kept = len(run.results), len(run.failed), len(run.results) - run.asked
    print(
        f"{total} cases: {total - failed - len(run.broken)} passed, {failed} failed"
        + (f", {len(run.broken)} that do not match the sources" if run.broken else "")
        + f". {run.asked} asked in {run.seconds:.1f} s"
        + (f", {kept} answers kept from an earlier run." if kept else ".")
    )
    strengths = Counter(result.prediction.strength for result in run.results if not result.broken)
    print("Said: " + ", ".join(f"{strengths[name]} {name}" for name in _STRENGTHS if strengths[name]) + ".")
    print(f"The report is in {html}." if html else "To look at each failed case: --html report.html")


def _wrapped(head: str, text: str, width: int) -> str:
    """A text in lines as wide as the terminal, below a word in front."""
    lines = textwrap.wrap(printable(text), max(40, width - 10), break_long_words=False)
    return "\n".join(f"{head if not at else '':<8}{line}" for at, line in enumerate(lines))


def _table(run: Run, floors: Floors | None, wide: bool) -> Table:
    """The measures by group; what each means only where there is room for it."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("measure", "value", "95 % interval", *(("floor",) if floors else ()), "cases"):
        table.add_column(heading, justify="left" if heading == "measure" else "right", no_wrap=True)
    if wide:
        table.add_column("", style="dim")
    group = ""
    for measure in MEASURES:
        if measure.name not in run.measures:
            continue
        if group and measure.group != group:
            table.add_section()
        group, found = measure.group, run.measures[measure.name]
        floor = [_floor(floors, measure.name, found.value)] if floors else []
        interval = f"{number(measure.name, found.low)} - {number(measure.name, found.high)}"
        said = [measure.said] if wide else []
        table.add_row(measure.name, number(measure.name, found.value), interval, *floor, str(found.n), *said)
    return table


def print_floors(before: Floors | None, after: Floors) -> None:
    """What was raised, lowered or stayed."""
    for name, value in after.measures.items():
        old = before.measures.get(name) if before else None
        change = "" if old is None or old == value else f"  (was {old:g})"
        print(f"{name:22} {value:g}{change}")


def print_differences(differences: Sequence[Difference]) -> None:
    """Both values, the difference with its interval, and whether it is real."""
    table = Table("measure", box=box.SIMPLE, pad_edge=False)
    for heading in ("before", "after", "difference", "95 % interval", "p", "cases"):
        table.add_column(heading, justify="right")
    table.add_column("")
    better = {measure.name: measure.better for measure in MEASURES}
    for one in differences:
        change = one.after - one.before
        good = (change > 0) == (better[one.name] == "more")
        neither = better[one.name] == "neither"
        said = Text("differs") if neither else Text("better", "green") if good else Text("worse", "red")
        verdict = said if one.real else Text("")
        table.add_row(
            one.name,
            number(one.name, one.before),
            number(one.name, one.after),
            number(one.name, change, sign=True),
            f"{number(one.name, one.low, sign=True)} to {number(one.name, one.high, sign=True)}",
            f"{one.p:.4f}",
            str(one.n),
            verdict,
        )
    Console().print(table)
    real = sum(one.real for one in differences)
    print(f"{real} of {len(differences)} differences are real (paired bootstrap, Holm's correction at 5 %).")


def print_gate(gate: Gate) -> None:
    """What was noticed of each kind of mutation, the false alarms, and the first answers that slipped through."""
    table = Table("mutation", box=box.SIMPLE, pad_edge=False)
    for heading in ("made", "noticed", "share", "wanted"):
        table.add_column(heading, justify="right")
    for kind in gate.kinds:
        good = kind.share >= NOTICED
        share = Text(f"{kind.share:.1%}" if kind.made else "-", style="" if good else "bold red")
        table.add_row(kind.kind, str(kind.made), str(kind.noticed), share, f">= {NOTICED:.0%}")
    table.add_section()
    alarms = gate.unaltered
    table.add_row(
        "none (false alarms)", str(alarms.made), str(alarms.noticed), f"{alarms.share:.1%}", f"<= {FALSE_ALARMS:.0%}"
    )
    Console().print(table)
    for said in gate.missed[:_SHOWN]:
        print(printable(said))


def number(name: str, value: float, sign: bool = False) -> str:
    """A measure's value as it is read: shares with three digits, milliseconds and tokens whole."""
    digits = 0 if name.startswith("latency") or "tokens" in name else 3
    return f"{value:{'+' if sign else ''}.{digits}f}"


def _floor(floors: Floors | None, name: str, value: float) -> Text:
    floor = floors.measures.get(name) if floors else None
    if floor is None:
        return Text("")
    less = next(measure.better for measure in MEASURES if measure.name == name) == "less"
    broken = round(value, 4) > floor if less else round(value, 4) < floor
    return Text(number(name, floor), style="bold red" if broken else "green")
