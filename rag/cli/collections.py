"""Commands over a folder of collections, and over who may do what with them: `rag collections list`.

Whoever may read and write the folder may use them: they ask nobody's right.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rag.collections import CollectionFolder
    from rag.storage import Level, TeamStore

__all__ = ["collections_app"]

collections_app = typer.Typer(help="Make, rename, archive, pack up and delete collections; say who may use them.")

FolderOption = Annotated[
    Path | None, typer.Option("--collections", help="Folder of collections; else the setting of that name.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
EVERY = "everywhere"
_TERMINAL = "(terminal)"  # who did something, in the log


@collections_app.command("list")
def list_(folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """List the collections: name, title, how many sources, whether one is archived."""
    from rag.cli.output import print_json, print_rows

    found = _folder(folder).all()
    if as_json:
        print_json(
            [
                {"name": each.name, "title": each.title, "archived": each.archived, "sources": len(each.files())}
                for each in found
            ]
        )
        return
    rows = [(each.name, each.title, str(len(each.files())), "archived" if each.archived else "") for each in found]
    print_rows(("Name", "Title", "Sources", ""), rows)


@collections_app.command()
def make(title: str, folder: FolderOption = None) -> None:
    """Make a collection and print its name, which is its folder's."""
    made = _folder(folder).make(title)
    _rights(folder).note(made.name, _TERMINAL, "made", made.title)
    typer.echo(made.name)


@collections_app.command()
def rename(name: str, title: str, folder: FolderOption = None) -> None:
    """Give a collection another title; its name and addresses stay."""
    _folder(folder).rename(name, title)
    _rights(folder).note(name, _TERMINAL, "renamed", title)


@collections_app.command()
def archive(
    name: str, folder: FolderOption = None, back: Annotated[bool, typer.Option("--back", help="Bring it back.")] = False
) -> None:
    """Put a collection aside: it is kept and not asked any more."""
    _folder(folder).archive(name, not back)
    _rights(folder).note(name, _TERMINAL, "brought back" if back else "archived")


@collections_app.command()
def delete(
    name: str, folder: FolderOption = None, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Delete a collection for good: sources, index, conversations, feedback and rights."""
    from rag.collections import delete_collection
    from rag.config import load_config

    known = _folder(folder)
    if not yes:
        typer.confirm(f"Delete {name} with all its sources for good?", abort=True, err=True)
    delete_collection(known, load_config(collections=folder), name)
    _rights(folder).forget(name)


@collections_app.command()
def pack(name: str, file: Path, folder: FolderOption = None) -> None:
    """Write a collection as one ZIP file: sources, settings, title and index; not who may use it or what was said."""
    _folder(folder).pack(name, file)


@collections_app.command()
def unpack(file: Path, folder: FolderOption = None) -> None:
    """Take over a collection from a file that `pack` wrote, and print its name."""
    taken = _folder(folder).unpack(file)
    _rights(folder).note(taken.name, _TERMINAL, "taken over", file.name)
    typer.echo(taken.name)


@collections_app.command()
def grant(who: str, level: str, name: Annotated[str, typer.Argument()] = EVERY, folder: FolderOption = None) -> None:
    """Let somebody in: a user, a group as @name, or '*' for all; level is ask, add or manage.

    Without a collection's name it holds for all collections, and manage then makes new ones as well.
    """
    from rag.storage import LEVELS

    wanted: Level | None = next((each for each in LEVELS if each == level), None)
    if wanted is None:
        raise typer.BadParameter(f"{level} is none of {', '.join(LEVELS)}")
    _granted(folder, name, who, wanted)


@collections_app.command()
def revoke(who: str, name: Annotated[str, typer.Argument()] = EVERY, folder: FolderOption = None) -> None:
    """Take back what was granted to somebody, on a collection or everywhere."""
    _granted(folder, name, who, None)


@collections_app.command()
def group(
    name: str, members: Annotated[list[str] | None, typer.Argument()] = None, folder: FolderOption = None
) -> None:
    """Say who is in a group; without members the group is gone."""
    _rights(folder).set_group(name.removeprefix("@"), members or [])


@collections_app.command()
def people(
    name: Annotated[str, typer.Argument()] = EVERY, folder: FolderOption = None, as_json: JsonOption = False
) -> None:
    """Show who may do what with a collection, or with all of them, and the groups."""
    from rag.cli.output import print_json, print_rows

    rights = _rights(folder)
    grants, groups = rights.grants(_named(folder, name)), rights.groups()
    if as_json:
        print_json(
            {"grants": [asdict(each) for each in grants], "groups": {each: [*who] for each, who in groups.items()}}
        )
        return
    print_rows(("Who", "May"), [(each.who, each.level) for each in grants])
    if groups:
        print_rows(("Group", "Members"), [(f"@{each}", ", ".join(who)) for each, who in groups.items()])


@collections_app.command()
def log(name: str, folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Show who did what to a collection, newest first."""
    from rag.cli.output import print_json, print_rows

    found = _rights(folder).log(_named(folder, name))
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        print_rows(("When", "Who", "Did", "What"), [(each.at, each.who, each.did, each.what) for each in found])


def _granted(folder: Path | None, name: str, who: str, level: Level | None) -> None:
    rights, place = _rights(folder), _named(folder, name)
    rights.grant(place, who, level)
    rights.note_grant(place, _TERMINAL, who, level)


def _named(folder: Path | None, name: str) -> str:
    """What the rights call a collection, or all of them. Raises ConfigProblem for one that is not there."""
    from rag.storage import EVERYWHERE

    return EVERYWHERE if name in (EVERY, EVERYWHERE) else _folder(folder).known(name).name


def _folder(given: Path | None) -> CollectionFolder:
    from rag.collections import CollectionFolder
    from rag.config import load_config
    from rag.errors import ConfigProblem

    root = load_config(collections=given).collections
    if root is None:
        raise ConfigProblem("Which folder of collections?", "Name it: --collections DIR, or the setting collections.")
    return CollectionFolder(root)


def _rights(folder: Path | None) -> TeamStore:
    from rag.storage import TeamStore

    return TeamStore(_folder(folder).rights)
