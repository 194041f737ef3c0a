"""Commands around what the page keeps: users' passwords, evidence packs, feedback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["feedback", "password", "verify"]


def password(name: str) -> None:
    """Ask for a password twice and print the line for the users' file: rag password ada >> users.txt"""
    from rag.server import users_file_line

    secret = typer.prompt(f"Password of {name}", hide_input=True, confirmation_prompt=True, err=True)
    typer.echo(users_file_line(name, secret))


def verify(
    pack: Path,
    sources: Annotated[Path | None, typer.Option("--sources", help="Folder of articles and reports.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Check an evidence pack against the sources: every quote unchanged, moved, changed or gone.

    Exit code 1 if one is changed or gone.
    """
    from rag.cli.output import print_json, print_verdicts
    from rag.config import load_config
    from rag.evidence import verify_pack

    config = load_config(sources=sources)
    verdicts = verify_pack(pack, config.sources, config.ocr_languages)
    if as_json:
        print_json([verdict.to_dict() for verdict in verdicts])
    else:
        print_verdicts(verdicts)
    if any(verdict.standing in ("changed", "gone") for verdict in verdicts):
        raise typer.Exit(1)


def feedback() -> None:
    """Print what people said of answers as cases for rag eval: rag feedback > cases.jsonl"""
    from rag.config import load_config
    from rag.evidence import FeedbackStore
    from rag.shared import Address, open_people

    config = load_config()
    people = open_people(Address.parse(config.database)) if config.database else None
    cases = FeedbackStore(people.remarks if people else config.feedback).cases()
    if people:
        people.close()
    for case in cases:
        typer.echo(json.dumps(case, ensure_ascii=False))
