"""Immutable folders, one for each generation: written aside, sealed with checksums, put in place by one rename.

A folder is either whole or not there, whatever happened while it was written. Files are named `<part>.<what>`; those of
a part that the last generation has already are taken over as they are, by a second name for the same bytes (a hard
link) where the file system knows such. This module does not know what the files mean.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Set
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

__all__ = ["VerifiedFile", "publish", "remove_old_generations", "verified_folder"]

_SEAL = "seal.json"
_PART = re.compile("[0-9a-f]{32}")


class VerifiedFile(NamedTuple):
    """A file as it was when its checksum was found right; a hard link to it is the same."""

    device: int
    number: int
    size: int
    modified_ns: int


def publish(
    root: Path, generation: int, parts: Collection[str], write: Callable[[Path, list[str]], None], last: int = 0
) -> None:
    """Makes `root/<generation>`, unless it is there whole, of the same parts: several processes may want it at once,
    and each waits for the one that writes. Raises OSError.

    `write` gets the folder and the names of those `parts` that generation `last` does not have; it writes their files,
    and those that belong to no part.
    """
    root.mkdir(parents=True, exist_ok=True)
    from filelock import FileLock  # whoever only asks does without

    with FileLock(f"{root}.lock"):
        if not _is_whole(root, generation, set(parts)):
            _write(root, generation, parts, write, last)


def _write(
    root: Path, generation: int, parts: Collection[str], write: Callable[[Path, list[str]], None], last: int
) -> None:
    fresh = root / f".new-{generation}"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    sums, missing = _take_over(root / str(last), fresh, parts)
    write(fresh, missing)
    made = [path for path in sorted(fresh.iterdir()) if path.name not in sums]
    sums |= {path.name: _sum(path) for path in made}
    (fresh / _SEAL).write_text(json.dumps(sums, sort_keys=True))
    for path in (*made, fresh / _SEAL, fresh):
        _sync(path)
    shutil.rmtree(root / str(generation), ignore_errors=True)
    fresh.rename(root / str(generation))
    _sync(root)


def _is_whole(root: Path, generation: int, parts: Set[str]) -> bool:
    try:
        names = {path.partition(".")[0] for path in _seal(verified_folder(root, generation))}
    except (OSError, ValueError):
        return False
    return bool(parts) and parts <= names and not any(_PART.fullmatch(name) for name in names - parts)


def verified_folder(root: Path, generation: int, seen: set[VerifiedFile] | None = None) -> Path:
    """The folder of a generation, every byte as it was written. Raises OSError if missing, ValueError if damaged.

    `seen` are files that need no second look; it becomes those of this generation.
    """
    folder = root / str(generation)
    sums = _seal(folder)
    known, now = seen or set(), set()
    for name, expected in sums.items():
        facts = (folder / name).stat()
        file = VerifiedFile(facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)
        if file not in known and _sum(folder / name) != expected:
            raise ValueError(f"{folder / name} is damaged")
        now.add(file)
    if seen is not None:
        seen.clear()
        seen |= now
    return folder


def remove_old_generations(root: Path, keep: int) -> None:
    """Removes every other generation and whatever a crash left; one still in use elsewhere goes at the next build."""
    with suppress(FileNotFoundError):
        for path in root.iterdir():
            if path.name != str(keep):
                shutil.rmtree(path, ignore_errors=True)


def _take_over(before: Path, fresh: Path, parts: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Links the files of the parts that are there; their checksums by name, and the parts that are not.

    The bytes are not looked at: if they were damaged meanwhile, the checksum tells whoever opens the new generation.
    """
    files: dict[str, dict[str, str]] = {}
    with suppress(OSError, ValueError):  # no such generation, or a damaged one: then nothing is taken over
        for name, sum_ in _seal(before).items():
            files.setdefault(name.partition(".")[0], {})[name] = sum_
    sums: dict[str, str] = {}
    missing = []
    for part in parts:
        mine = files.get(part, {})
        if mine and all((before / name).is_file() for name in mine):
            for name in mine:
                _link(before / name, fresh / name)
            sums |= mine
        else:
            missing.append(part)
    return sums, missing


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # no hard links on this file system
        shutil.copyfile(source, target)
        _sync(target)


def _seal(folder: Path) -> dict[str, str]:
    sums = json.loads((folder / _SEAL).read_text())
    if not isinstance(sums, dict):
        raise ValueError(f"{folder / _SEAL} is damaged")
    return sums


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
