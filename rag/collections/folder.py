"""The folder of collections: made, renamed, archived, deleted, packed up and taken over.

A collection is a folder with `sources/`, `index/` and, where it has some, settings in `rag.toml`; its title stands in
`collection.json`. Whatever has such a folder is a collection, also one that somebody copied there. This module does not
know what lies in an index.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from rag.errors import ConfigProblem, IndexLocked
from rag.storage import Store, locked_for_builds

__all__ = ["MOST_JOINED", "MOST_TITLE", "Collection", "CollectionFolder", "names_in"]

MOST_TITLE = 80
"""Characters of a title."""
MOST_JOINED = 8
"""Collections that are asked together."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_MOST_NAME = 48
_ABOUT, _INDEX, _SOURCES, _SETTINGS = "collection.json", "index", "sources", "rag.toml"
_RIGHTS = "team.db"
_PACKED = (_ABOUT, _SETTINGS)
_PATIENCE = 30.0  # seconds
_ASIDE, _UNPACKING, _JOINED = ".deleted-", ".unpacking-", ".joined"
_ABANDONED = 3600.0  # seconds after which nobody is unpacking any more


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: its folder, whose name is its own, and its title. An archived one is kept and not asked."""

    folder: Path
    title: str
    archived: bool = False

    @property
    def name(self) -> str:
        """What it is called in addresses."""
        return self.folder.name

    @property
    def sources(self) -> Path:
        """The folder of its sources."""
        return self.folder / _SOURCES

    @property
    def index(self) -> Path:
        """The folder of its index."""
        return self.folder / _INDEX

    @property
    def settings(self) -> Path:
        """The file of its own settings, which need not exist."""
        return self.folder / _SETTINGS

    def files(self) -> list[str]:
        """The paths of its sources that are no links and not hidden."""
        found = (each.relative_to(self.sources) for each in self.sources.rglob("*") if _is_file(each))
        return sorted(path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))


def names_in(said: str) -> tuple[str, ...] | None:
    """The names of one collection, or of several that are asked together, `a+b`; None for what names none."""
    names = tuple(said.split("+"))
    if len(names) > MOST_JOINED or len(set(names)) < len(names) or not all(map(_NAME.fullmatch, names)):
        return None
    return names


class CollectionFolder:
    """The folder `root`, in which each collection has one of its own. For any number of threads and processes."""

    def __init__(self, root: Path) -> None:
        """What was being deleted when the program last ended is gone then."""
        self.root = root
        if root.exists() and not root.is_dir():
            raise ConfigProblem(f"{root} is not a folder.", "Name the folder that holds the collections.")
        root.mkdir(parents=True, exist_ok=True)
        for half in (*root.glob(f"{_ASIDE}*"), *filter(_is_abandoned, root.glob(f"{_UNPACKING}*"))):
            shutil.rmtree(half, ignore_errors=True)

    @property
    def rights(self) -> Path:
        """The file of who may do what with them."""
        return self.root / _RIGHTS

    def all(self) -> list[Collection]:
        """Every collection, by title."""
        found = [each for name in self._names() if (each := self.get(name)) is not None]
        return sorted(found, key=lambda each: (each.title.casefold(), each.name))

    def get(self, name: str) -> Collection | None:
        """The collection of a name; None where there is none."""
        folder = self.root / name
        if not _NAME.fullmatch(name) or folder.is_symlink() or not _holds_one(folder):
            return None
        about: object = None
        with suppress(OSError, ValueError):  # somebody may have copied a folder without it
            about = json.loads((folder / _ABOUT).read_text("utf-8"))
        told = about if isinstance(about, dict) else {}
        title = told.get("title")
        return Collection(folder, title if isinstance(title, str) and title else name, told.get("archived") is True)

    def beside(self, names: Sequence[str]) -> Path:
        """The folder of what is kept beside a collection, or beside several that are asked together: made if missing.

        It is gone with any of them.
        """
        folder = self.root / names[0] if len(names) == 1 else self.root / _JOINED / "+".join(sorted(names))
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def make(self, title: str) -> Collection:
        """A new collection, without sources. Raises ConfigProblem for a title that will not do."""
        said = _checked_title(title)
        for name in _free_names(said):
            made = Collection(self.root / name, said)
            try:
                made.folder.mkdir()
            except FileExistsError:
                continue
            made.sources.mkdir()
            _write(made)
            return made
        raise AssertionError("names do not end")

    def rename(self, name: str, title: str) -> Collection:
        """Gives a collection another title; its name, and so its addresses, stay. Raises ConfigProblem."""
        changed = replace(self.known(name), title=_checked_title(title))
        _write(changed)
        return changed

    def archive(self, name: str, archived: bool) -> Collection:
        """Puts a collection aside, or brings it back. Raises ConfigProblem."""
        changed = replace(self.known(name), archived=archived)
        _write(changed)
        return changed

    def delete(self, name: str, patience: float = _PATIENCE) -> None:
        """Deletes a collection for good: sources, index, settings, and what is kept beside them. Raises ConfigProblem.

        It is gone at once for everybody, and in one piece: a program that is ended meanwhile goes on when it begins. A
        build, which would bring some of it back, is waited for, for so many seconds.
        """
        known, aside = self.known(name), self.root / f"{_ASIDE}{secrets.token_hex(8)}"
        try:
            with locked_for_builds(known.index, patience):
                known.folder.rename(aside)
        except IndexLocked as error:
            raise ConfigProblem(f"{known.title} is being built.", "Stop that, or wait until it is done.") from error
        for joined in (self.root / _JOINED).glob("*"):
            if name in joined.name.split("+"):
                shutil.rmtree(joined)
        with suppress(FileNotFoundError):  # another process that begins now removes it as well
            shutil.rmtree(aside)

    def pack(self, name: str, file: Path) -> None:
        """Writes a collection as one ZIP file: its sources, settings and title, and the index as it is now.

        What people said and who may do what is left out. Raises ConfigProblem where the file exists.
        """
        packed = self.known(name)
        try:
            with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
                for kept in _PACKED:
                    if (packed.folder / kept).is_file():
                        archive.write(packed.folder / kept, kept)
                for path in packed.files():
                    archive.write(packed.sources / path, f"{_SOURCES}/{path}")
                copy = packed.folder / f".copy-{secrets.token_hex(4)}.db"
                try:
                    if Store(packed.index).copy(copy):
                        archive.write(copy, f"{_INDEX}/corpus.db")
                finally:
                    copy.unlink(missing_ok=True)
        except FileExistsError as error:
            raise ConfigProblem(f"{file} is there already.", "Name another file.") from error

    def unpack(self, file: Path) -> Collection:
        """Takes over a collection that `pack` wrote, under a free name. Raises ConfigProblem for any other file."""
        aside = self.root / f"{_UNPACKING}{secrets.token_hex(8)}"
        try:
            with zipfile.ZipFile(file) as archive:
                for member in archive.infolist():
                    _check_member(member)
                size, free = sum(member.file_size for member in archive.infolist()), shutil.disk_usage(self.root).free
                if size > free:
                    raise ValueError(f"it holds {size / 1e9:,.1f} GB, and the disk has {free / 1e9:,.1f} GB left")
                archive.extractall(aside)
            title = json.loads((aside / _ABOUT).read_text("utf-8"))["title"]
            taken = self.make(str(title))
            for each in aside.iterdir():
                target = taken.folder / each.name
                if target.is_dir():
                    target.rmdir()
                if each.name != _ABOUT:
                    each.rename(target)
            taken.sources.mkdir(exist_ok=True)
            return taken
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise ConfigProblem(
                f"{file} is not a collection: {error}.", "Write one with: rag collections pack"
            ) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _names(self) -> Iterator[str]:
        yield from (path.name for path in self.root.iterdir() if _NAME.fullmatch(path.name))

    def known(self, name: str) -> Collection:
        """The collection of a name. Raises ConfigProblem where there is none."""
        found = self.get(name)
        if found is None:
            raise ConfigProblem(f"There is no collection {name}.", "List them: rag collections list")
        return found


def _holds_one(folder: Path) -> bool:
    return (folder / _SOURCES).is_dir() or (folder / _INDEX).is_dir()


def _is_abandoned(folder: Path) -> bool:
    with suppress(FileNotFoundError):
        return time.time() - folder.stat().st_mtime > _ABANDONED
    return False


def _checked_title(title: str) -> str:
    said = " ".join(title.split())
    if not said or len(said) > MOST_TITLE or not said.isprintable():
        raise ConfigProblem("A title has 1 to 80 characters that can be seen.", "Choose another title.")
    return said


def _free_names(title: str) -> Iterator[str]:
    """Names that a title could have in addresses, the plainest first."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MOST_NAME].strip("-") or "collection"
    yield name
    count = 2
    while True:
        yield f"{name}-{count}"
        count += 1


def _write(collection: Collection) -> None:
    """Writes what is known of a collection, whole or not at all."""
    about = {"title": collection.title, "archived": collection.archived}
    half = collection.folder / f".{_ABOUT}-{secrets.token_hex(4)}"
    half.write_text(json.dumps(about, ensure_ascii=False) + "\n", "utf-8")
    half.replace(collection.folder / _ABOUT)


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _check_member(member: zipfile.ZipInfo) -> None:
    """Raises ValueError for what `pack` would not have written."""
    parts = PurePosixPath(member.filename).parts
    known = member.filename in (*_PACKED, f"{_INDEX}/corpus.db") or (len(parts) > 1 and parts[0] == _SOURCES)
    safe = not any(part in ("..", ".") or part.startswith(".") or "\\" in part or "\0" in part for part in parts)
    link = (member.external_attr >> 16) & 0o170000 == 0o120000
    if not known or not safe or link or member.filename.startswith("/"):
        raise ValueError(f"it holds {member.filename!r}")
