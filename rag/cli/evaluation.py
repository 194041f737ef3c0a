"""`rag eval`: cases are asked and judged, and what came out is shown, kept under floors and compared.

`rag eval CASES` is short for `rag eval run CASES`; the other words are commands of their own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rag.config import Config
    from rag.evaluate import Run, Sources

__all__ = ["eval_app"]


class _CasesFirst(TyperGroup):
    """A first word that is no command is the CASES of `run`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


eval_app = typer.Typer(
    cls=_CasesFirst,
    help="Evaluate answers and citations against cases: rag eval CASES",
    no_args_is_help=True,
    subcommand_metavar="CASES | COMMAND [ARGS]...",
)

CasesArgument = Annotated[Path, typer.Argument(help="Cases (.yaml, .jsonl, .json), or a BEIR folder or SQuAD file.")]
IndexOption = Annotated[str | None, typer.Option("--index", help="Folder or postgresql:// address of the index.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Encoder: bundled, a folder, or a hub name.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
JobsOption = Annotated[int | None, typer.Option("--jobs", min=1, help="Processes that ask; one per core by default.")]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Ask everything again, whatever was kept.")]


@eval_app.command()
def run(
    cases: CasesArgument,
    as_json: JsonOption = False,
    floors: Annotated[Path | None, typer.Option("--floors", help="Fail (exit code 1) below these floors.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a report to look at, in one file.")] = None,
    index: IndexOption = None,
    model: ModelOption = None,
    jobs: JobsOption = None,
    fresh: FreshOption = False,
) -> None:
    """Ask every case, judge the answers and their citations, print the measures. "run" may be left out."""
    from rag.cli.evaluation_output import print_run
    from rag.cli.output import print_json
    from rag.evaluate import breaches, load_floors

    held = load_floors(floors) if floors else None
    found, sources = _evaluated(cases, _config(index, model), jobs, fresh, quiet=as_json)
    if html is not None:
        from rag.evaluate import write_report

        write_report(found, sources, html, name=cases.name)
    below = breaches(held, found) if held else []
    if as_json:
        print_json(found.to_dict())
    else:
        print_run(found, held, html)
    invalid = found.measures.get("quote validity")
    for said in [*map(str, below), *(["A quote is not its source's text."] if invalid and invalid.value < 1 else [])]:
        typer.echo(said, err=True)
    if below or (invalid and invalid.value < 1) or (held and found.broken):
        raise typer.Exit(1)


@eval_app.command()
def init(
    out: Annotated[Path, typer.Argument(help="The file to write.")] = Path("cases.yaml"),
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many cases at most.")] = 40,
    index: IndexOption = None,
    model: ModelOption = None,
) -> None:
    """Draft cases from the indexed sources, for a person to correct."""
    from rag.assistant import open_index
    from rag.errors import CaseProblem
    from rag.evaluate import Sources, draft_cases, draft_file

    if out.exists():
        raise CaseProblem(f"{out} already exists.", "Choose another file name: rag eval init mine.yaml")
    with open_index(config=_config(index, model)) as assistant:
        sources = Sources.of(assistant)
        found = {document.id: document for path in sorted(sources.ids) if (document := sources.at(path))}
    cases = draft_cases(list(found.values()), count)
    if not cases:
        raise CaseProblem("No question could be drafted from the sources.", "Write cases by hand: docs/evaluating.md")
    out.write_text(draft_file(cases, len(found), str(out)), "utf-8")
    typer.echo(f"{len(cases)} cases are drafted in {out}: read them, correct the questions, then: rag eval {out}")


@eval_app.command("raise")
def raise_floors(
    cases: CasesArgument,
    floors: Annotated[Path, typer.Argument(help="The file of floors; made if it is not there.")],
    lower: Annotated[bool, typer.Option("--lower", help="Set floors even where they fall.")] = False,
    slack: Annotated[float, typer.Option(min=0, max=1, help="How far below what was reached a floor is set.")] = 0.0,
    index: IndexOption = None,
    model: ModelOption = None,
    jobs: JobsOption = None,
    fresh: FreshOption = False,
) -> None:
    """Evaluate, and raise the floors to what was reached. Refuses to lower one unless told to."""
    from rag.cli.evaluation_output import print_floors
    from rag.evaluate import load_floors, raised, save_floors

    before = load_floors(floors) if floors.exists() else None
    found, _ = _evaluated(cases, _config(index, model), jobs, fresh, quiet=False)
    after = raised(before, found, lower, slack)
    save_floors(after, floors)
    print_floors(before, after)


@eval_app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="A run: rag eval CASES --json > before.json")],
    after: Annotated[Path, typer.Argument(help="Another run of the same cases.")],
    as_json: JsonOption = False,
) -> None:
    """Compare two runs case by case, and say which differences are real."""
    from rag.cli.evaluation_output import print_differences
    from rag.cli.output import print_json
    from rag.errors import CaseProblem
    from rag.evaluate import compare as compare_rows
    from rag.evaluate import read_rows

    differences = compare_rows(read_rows(before), read_rows(after))
    if not differences:
        raise CaseProblem("The runs share no case.", "Compare two runs of the same cases.")
    if as_json:
        print_json([one.to_dict() for one in differences])
    else:
        print_differences(differences)


@eval_app.command()
def mutate(
    cases: CasesArgument,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often each answer is spoilt in each way.")] = 3,
    index: IndexOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Spoil good answers on purpose and count what these cases notice. Exit code 1 if too little, or too much."""
    from rag.assistant import open_index
    from rag.cli.evaluation_output import print_gate
    from rag.cli.output import print_json
    from rag.evaluate import Sources, mutation_gate, opened

    with opened(cases, _config(index, model)) as (loaded, settings), open_index(config=settings) as assistant:
        gate = mutation_gate(loaded, Sources.of(assistant), rounds=rounds)
    if as_json:
        print_json(gate.to_dict())
    else:
        print_gate(gate)
    if not gate.holds:
        raise typer.Exit(1)


@eval_app.command("import")
def import_(
    origin: Annotated[Path, typer.Argument(help="A BEIR folder or a SQuAD file.")],
    into: Annotated[Path, typer.Argument(help="Folder for sources/ and cases.jsonl.")],
) -> None:
    """Turn a question set of another maker into sources and cases."""
    from rag.evaluate import import_set

    made = import_set(origin, into)
    typer.echo(f"Sources are in {made.sources}, cases in {made.cases}.")
    typer.echo(f"rag build --sources {made.sources} --index {into / 'index'}")
    typer.echo(f"rag eval {made.cases} --index {into / 'index'}")


def _evaluated(cases: Path, config: Config, jobs: int | None, fresh: bool, quiet: bool) -> tuple[Run, Sources]:
    from textwrap import shorten

    from rag.cli.output import progress_bars
    from rag.evaluate import evaluate, opened
    from rag.types import Progress

    with progress_bars(quiet=quiet) as progress, opened(cases, config, progress) as (loaded, settings):

        def on_asked(done: int, total: int, question: str) -> None:
            progress(Progress("asking", done, total, shorten(question, 24, placeholder="…")))

        return evaluate(loaded, settings, jobs=jobs or os.cpu_count() or 1, fresh=fresh, on_asked=on_asked)


def _config(index: str | None, model: str | None) -> Config:
    from rag.config import load_config

    return load_config(index=index, model=model)
