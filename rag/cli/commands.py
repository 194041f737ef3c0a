"""The terminal: `rag build | ask | search | sources | serve | watch | chat | doctor | delete | migrate | password |
verify | feedback | eval | collections`.

Only here (and on the page) are errors caught and shown: an expected one as its message and hint, exit code 1; one of
ours with its traceback in the log. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli import moving, user_data
from rag.cli.collections import collections_app
from rag.cli.evaluation import eval_app
from rag.cli.sign_on import chosen_sign_on
from rag.errors import ConfigProblem, FootnoteError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.config import Config

__all__ = ["app", "main"]

_DISTRIBUTION = "footnote-rag"
_PROGRAM = logging.getLogger("rag")  # not the root: libraries at DEBUG would drown our own lines

app = typer.Typer(
    help="Ask your own documents; every sentence of the answer carries an exact citation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(eval_app, name="eval")
app.add_typer(collections_app, name="collections")

SourcesOption = Annotated[Path | None, typer.Option("--sources", help="Folder of articles and reports.")]
IndexOption = Annotated[str | None, typer.Option("--index", help="Folder or postgresql:// address of the index.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="Encoder: bundled, a folder, or a hub name.")]
LlmOption = Annotated[
    str | None,
    typer.Option("--llm", help="Language model that writes: ollama:NAME, http://…/v1#NAME, transformers:DIR."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
PathsOption = Annotated[list[str] | None, typer.Option("--path", help="Ask only this source; may be repeated.")]


_INTERRUPTED = 130


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"{_DISTRIBUTION} {version(_DISTRIBUTION)}")
        raise typer.Exit


@app.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", help="Log every step, also of child processes.")] = False,
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    if verbose:
        _PROGRAM.setLevel(logging.DEBUG)


def main() -> None:
    """Entry point: runs a command and turns an expected error into one sentence, a hint and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A source's characters must not stop a narrow terminal, and who follows a pipe sees each line as it comes.
            stream.reconfigure(errors="replace", line_buffering=True)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        app()
    except FootnoteError as error:
        _PROGRAM.debug("trace", exc_info=True)
        typer.echo(f"{error.message}\n{error.hint}", err=True)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED:  # typer has caught the interruption and says nothing about it
            typer.echo("Stopped. What was already done is kept.", err=True)
        raise
    except OSError as error:
        _PROGRAM.debug("trace", exc_info=True)
        typer.echo(f"{error.strerror or error}: {error.filename or ''}\nCheck the disk and its permissions.", err=True)
        sys.exit(1)


@app.command()
def build(
    sources: SourcesOption = None, index: IndexOption = None, model: ModelOption = None, as_json: JsonOption = False
) -> None:
    """Read what is new or changed in the sources and bring the index up to date."""
    config = _config(sources, index, model)
    from rag.assistant import build as build_index
    from rag.cli.output import print_json, print_report, progress_bars

    with progress_bars(quiet=as_json) as progress:
        report = build_index(config=config, progress=progress)
    if as_json:
        print_json(report.to_dict())
    else:
        print_report(report)


@app.command()
def ask(
    question: str,
    index: IndexOption = None,
    model: ModelOption = None,
    path: PathsOption = None,
    llm: LlmOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with exact citations, or say that the sources do not answer it."""
    from rag.assistant import open_index
    from rag.cli.output import print_json
    from rag.cli.print_answer import print_answer

    with open_index(config=_config(None, index, model, llm=llm)) as assistant:
        if as_json:
            print_json(assistant.ask(question, paths=path).to_dict())
        else:
            print_answer(assistant.stream(question, paths=path), assistant.language_model)


@app.command()
def search(
    question: str,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 8,
    index: IndexOption = None,
    model: ModelOption = None,
    path: PathsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the best passages for a question, best first."""
    from rag.assistant import open_index
    from rag.cli.output import print_json, print_passages

    with open_index(config=_config(None, index, model)) as assistant:
        passages = assistant.search(question, k, path)
    if as_json:
        print_json([passage.to_dict() for passage in passages])
    else:
        print_passages(passages)


@app.command()
def sources(index: IndexOption = None, model: ModelOption = None, as_json: JsonOption = False) -> None:
    """List every source with what became of it: indexed, no text, failed or skipped."""
    from rag.assistant import open_index
    from rag.cli.output import print_json, print_sources
    from rag.evidence import origins, told_origin

    with open_index(config=_config(None, index, model)) as assistant:
        found, known = assistant.documents(), origins(assistant.sources_folder)
    if as_json:
        print_json([{**each.to_dict(), **told_origin(known, each.path)} for each in found])
    else:
        print_sources(found, known)


@app.command()
def chat(index: IndexOption = None, model: ModelOption = None, llm: LlmOption = None) -> None:
    """Ask one question after the other; Ctrl-C stops an answer, an empty line ends it."""
    from rag.assistant import open_index
    from rag.cli.print_answer import print_answer
    from rag.language import printable
    from rag.types import Turn

    with open_index(config=_config(None, index, model, llm=llm)) as assistant:
        turns: list[Turn] = []
        while question := _next_question():
            typer.echo()
            try:
                answer = print_answer(assistant.stream(question, turns), assistant.language_model)
            except FootnoteError as error:
                typer.echo(f"{error.message} {error.hint}\n")
                continue
            except KeyboardInterrupt:
                typer.echo("Stopped.\n")
                continue
            if answer.asked_as != question:
                typer.echo(f"\nAsked as: {printable(answer.asked_as)}")
            typer.echo()
            turns += [Turn("user", question), Turn("assistant", " ".join(claim.text for claim in answer.claims))]


@app.command()
def serve(
    index: IndexOption = None,
    model: ModelOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; this machine only by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535)] = None,
    sources: SourcesOption = None,
    llm: LlmOption = None,
    follow: Annotated[bool, typer.Option("--watch", help="Rebuild when the sources change.")] = False,
    auth: Annotated[Path | None, typer.Option("--auth", help="File of users; lines come from rag password.")] = None,
    public_url: Annotated[str | None, typer.Option(help="Address that people type where a proxy is in front.")] = None,
    collections: Annotated[
        Path | None, typer.Option("--collections", help="Folder of collections; serves all of them.")
    ] = None,
    sign_on_header: Annotated[str | None, typer.Option(help="Header in which that proxy names who asks.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that serve the page together.")] = None,
) -> None:
    """Serve the page for the browser. Where there is no index yet, one is begun and built behind the page; a machine
    without the sources of an index in PostgreSQL and S3 shows what others build.
    """
    from rag.assistant import create_empty_index, open_index
    from rag.server import launch, launch_collections, launch_processes

    config = _config(
        sources,
        index,
        model,
        host=host,
        port=port,
        llm=llm,
        public_url=public_url,
        collections=collections,
        sign_on_header=sign_on_header,
        workers=workers,
    )
    sign_on = chosen_sign_on(config, auth)
    if auth is not None:
        from rag.server import read_users

        read_users(auth)  # before anything is begun
    if config.collections is not None and not (sources or index):
        if follow:
            raise typer.BadParameter("--watch goes with one index, not with collections")
        launch_collections(config.collections, config, auth, sign_on)
        return
    begun = not config.only_reads and create_empty_index(config)
    watching = _watcher(config) if follow else nullcontext()
    with open_index(config=config) as assistant:
        _check_sources(sources, assistant)
        if config.workers > 1:
            assistant.close()  # each process opens it by itself
            with watching:
                launch_processes(config, auth, sign_on, build=begun)
            return
        with watching:
            launch(
                assistant,
                host=config.host,
                port=config.port,
                users=auth,
                feedback=config.feedback,
                build=begun,
                public_url=config.public_url,
                allow_urls=config.allow_urls,
                sign_on=sign_on,
                metrics=config.metrics,
            )


def _check_sources(given: Path | None, assistant: Assistant) -> None:
    """The page changes files in the folder that the index was built from: it had better be the one that was named."""
    if given is not None and given.resolve() != assistant.sources_folder:
        raise ConfigProblem(
            f"The index was built from {assistant.sources_folder}, not from {given}.",
            f"Leave out --sources, or build it from there first: rag build --sources {given}",
        )


@app.command()
def watch(
    sources: SourcesOption = None,
    index: IndexOption = None,
    model: ModelOption = None,
    leashed: Annotated[bool, typer.Option("--leashed", hidden=True)] = False,
) -> None:
    """Follow the sources folder and rebuild after every change, until Ctrl-C."""
    from rag.cli.output import print_error, print_report
    from rag.watch import follow

    stop = threading.Event()

    def hold() -> None:
        sys.stdin.read()  # whoever started us holds our input: it ends with them, however they end
        stop.set()

    if leashed:
        threading.Thread(target=hold, daemon=True).start()
    follow(_config(sources, index, model), print_report, print_error, stop=stop)


@app.command()
def doctor(
    sources: SourcesOption = None,
    index: IndexOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
    drop: Annotated[str, typer.Option("--drop", help="Drop another index from the Milvus server, by its name.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Check the installation: versions, model, sources, index, what is left of deleted sources. Exit code 1 if
    something is wrong.
    """
    if drop:
        moving.drop_other(_config(sources, index, model), drop, yes=yes)
        return
    from rag.cli.output import print_checks, print_json
    from rag.doctor import examine

    checks = examine(_config(sources, index, model))
    if as_json:
        print_json([check.to_dict() for check in checks])
    else:
        print_checks(checks)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _next_question() -> str:
    """What is typed next; empty at an empty line or the end of the input."""
    try:
        return str(typer.prompt("?", default="", show_default=False, prompt_suffix=" ")).strip()
    except typer.Abort:
        return ""


@contextmanager
def _watcher(config: Config) -> Iterator[None]:
    """`rag watch` beside the server, in a process of its own, so that embedding does not hold up answers."""
    places = ["--sources", str(config.sources), "--model", config.model]
    environment = {**os.environ, "FOOTNOTE_INDEX": config.database or str(config.index)}  # commands are seen by others
    verbose = ["--verbose"] if _PROGRAM.isEnabledFor(logging.DEBUG) else []
    command = [sys.executable, "-m", "rag", *verbose, "watch", "--leashed", *places]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _config(sources: Path | None, index: str | None, model: str | None, **flags: str | int | Path | None) -> Config:
    from rag.config import load_config

    return load_config(sources=sources, index=index, model=model, **flags)


for _command in (moving.delete, moving.migrate, user_data.password, user_data.verify, user_data.feedback):
    app.command()(_command)
