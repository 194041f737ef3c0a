"""Commands that take an index elsewhere, or away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ConfigProblem

if TYPE_CHECKING:
    from rag.config import Config

__all__ = ["delete", "drop_other", "migrate"]


def migrate(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Folder or postgresql:// address of an index.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where it is copied: likewise.")],
    sources: Annotated[Path | None, typer.Option("--sources", help="Folder of its sources, if another.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of the index that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Copy an index between a folder and PostgreSQL, or within either; nothing is read or embedded again."""
    from rag.assistant import index_of
    from rag.cli.output import print_json, progress_bars
    from rag.config import load_config
    from rag.indexing import migrate as copy

    here, there = (load_config(index=one, database="") for one in (source, target))
    if (here.database, here.index.resolve()) == (there.database, there.index.resolve()):
        raise ConfigProblem("That is one and the same index.", "Name another place to copy it to.")
    known = sources or (here.sources if here.database else None)  # other machines have other folders
    ours, theirs = index_of(here), index_of(there)
    try:
        with progress_bars(quiet=as_json) as progress:
            done = copy(ours, theirs, sources=known, replace=replace, mend=not here.lenses, progress=progress)
    except KeyboardInterrupt:
        typer.echo("Stopped. Nothing is to be seen of it at the target; the next try begins anew.", err=True)
        raise typer.Exit(130) from None
    if as_json:
        print_json(done.to_dict())
    else:
        print(
            f"{done.files} files, {done.documents} documents, {done.passages} passages copied to {there.place} and read"
            f" back the same ({done.digest[:16]}); {done.seconds:.1f} s"
        )
        print(
            f"{done.same} of {done.searches} searches find the same in both."
            if done.searches
            else "No search was compared: there is nothing to find, or the search files of the source are not here."
        )
    if done.same < done.searches:
        raise typer.Exit(1)


def delete(
    index: Annotated[str, typer.Argument(help="Folder or postgresql:// address of an index.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an index for good, with its searches, its originals in a store and, in a database, its conversations; the
    sources stay.
    """
    from rag.assistant import index_of
    from rag.config import load_config
    from rag.indexing import erase_index

    config = load_config(index=index, database="")
    found = index_of(config)
    if not found.truth.exists():
        raise ConfigProblem(f"There is no index in {config.place}.", "Look at the name.")
    if not yes:
        typer.confirm(f"Delete the index {config.place} for good?", abort=True, err=True)
    left = erase_index(found)
    if left:
        raise ConfigProblem(
            f"{len(left)} originals could not be deleted from the store.",
            "Delete them there.",
        )


def drop_other(config: Config, name: str, *, yes: bool) -> None:
    """Drops what an index that exists no more has left on the Milvus server."""
    from rag.assistant import index_of

    lenses = index_of(config).lenses
    if not yes:
        typer.confirm(f"Drop {name} from the Milvus server for good?", abort=True, err=True)
    lenses.drop(name)
