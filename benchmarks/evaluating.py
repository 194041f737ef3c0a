"""What an evaluation costs: `python -m benchmarks.evaluating [--cases 1000] [--chunks 10000]`.

Synthetic reports of short paragraphs are indexed with the real encoder until there are so many chunks; every case asks
for a figure that one sentence states, one in four for a figure that none does. The first run asks with one process a
core; the second finds everything kept; both are whole evaluations, with measures and intervals. Needs a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

from rag.assistant import build
from rag.config import load_config
from rag.evaluate.cases import Case, Expected
from rag.evaluate.run import evaluate

PLACES = ("Sibi", "Gwadar", "Quetta", "Swat", "Kalat", "Bannu", "Turbat", "Zhob", "Kohat", "Dir", "Chaman", "Hub")
THINGS = ("schools", "bridges", "wells", "clinics", "markets", "courts", "mills", "depots", "farms", "stations")
PER_FILE = 25


def main() -> None:
    """Prints seconds, and the second run's share of the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--chunks", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["XDG_CACHE_HOME"] = str(Path(scratch) / "cache")
        sources = Path(scratch) / "sources"
        cases = write(sources, arguments.chunks, arguments.cases)
        config = load_config(sources=sources, index=Path(scratch) / "index")
        report = build(config=config)
        print(f"{report.chunks} chunks built in {report.seconds:.0f} s", flush=True)
        taken = []
        for name in ("first run", "second run"):
            started = time.perf_counter()
            run, _ = evaluate(cases, config, jobs=arguments.jobs)
            taken.append(time.perf_counter() - started)
            passed = run.measures["passed"].value
            print(
                f"{name}: {len(cases)} cases in {taken[-1]:.1f} s, {run.asked} asked, {passed:.3f} passed", flush=True
            )
        print(
            f"{1000 * taken[0] / len(cases):.0f} ms a case; the second run takes {taken[1] / taken[0]:.3f} of the first"
        )


def write(sources: Path, chunks: int, count: int) -> list[Case]:
    """Files of one-chunk sections, and the cases that ask about some of them."""
    rng = random.Random(0)
    sources.mkdir(parents=True)
    stated: list[tuple[str, str, int, str, int]] = []
    for file in range(-(-chunks // PER_FILE)):
        sections = []
        for section in range(PER_FILE):
            place, thing, year = rng.choice(PLACES), rng.choice(THINGS), 1950 + (file * PER_FILE + section) % 70
            number = rng.randint(10, 9999)
            quote = (
                f"The survey of {year} counted {number} {thing} in the district of {place}, in tract {file}-{section}."
            )
            stated.append((f"report{file}.md", quote, number, f"{thing} in {place}, in tract {file}-{section}", year))
            filler = " ".join(
                f"Nobody in {rng.choice(PLACES)} expected the {rng.choice(THINGS)} near {place} to last that long, "
                f"since earlier {rng.choice(THINGS)} had been given up after a few seasons of drought and floods."
                for _ in range(5)
            )
            sections.append(f"## Tract {file}-{section}\n\n{filler} {quote} What became of it is told elsewhere.\n")
        (sources / f"report{file}.md").write_text(f"# Report {file}\n\n" + "\n".join(sections), "utf-8")
    cases = []
    for number, (path, quote, figure, what, year) in enumerate(rng.sample(stated, min(count, len(stated)))):
        if number % 4 == 3:
            cases.append(Case(f"c{number}", f"Who paid for the {what}?", answerable=False))
        else:
            question = f"How many {what}, did the survey of {year} count?"
            cases.append(Case(f"c{number}", question, True, (str(figure),), "any", (Expected(path, quote=quote),)))
    return cases


if __name__ == "__main__":
    main()
