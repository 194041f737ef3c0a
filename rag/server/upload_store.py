"""The sources folder as a person changes it from the page: files brought in, taken out, and put back.

Nothing is written outside of the folder; what is taken out moves into its hidden folder `.removed`, where it can be
found again for `KEPT_DAYS`. What waits for the disk does so in threads of its own, so that those who upload wait for
each other and nobody else does. This module does not know what a build makes of the files.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import ParamSpec, TypeVar

from rag.errors import SourceError, SourceLimit, UnreadableSource
from rag.evidence import file_in, name_on_disk, note_origin
from rag.language import composed
from rag.parsing import supported, unsupported
from rag.server.fetching import Fetched
from rag.storage import Quota

__all__ = ["KEPT_DAYS", "MOST_BYTES", "MOST_FILES", "UploadStore", "clean_path"]

MOST_BYTES = 200_000_000  # of one file
MOST_FILES = 20_000  # in the folder
_SPARE = 500_000_000  # bytes of the disk that are left alone
KEPT_DAYS = 30  # that what was taken out can be put back
_ABANDONED = 3600.0  # seconds without a byte after which an upload is given up
_REMOVED = ".removed"
_ARRIVING = ".arriving-"
_PIECE = 256 * 1024  # bytes that are written at once
_WRITERS = 2  # uploads that are at the disk side by side
_DEEP = 8  # folders within folders
_LONG = 180  # bytes of one name
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_TOKEN = re.compile(r"[0-9a-f]{16}")
_FULL = "Remove some, or ask who manages the collection for more room."
_P = ParamSpec("_P")
_T = TypeVar("_T")


class UploadStore:
    """The folder `root`, changed under its own rules."""

    def __init__(self, root: Path, quota: Callable[[], Quota] = Quota) -> None:
        """`quota` says how much it may hold, where somebody has set a limit."""
        self.root, self._quota = root, quota
        self._threads = ThreadPoolExecutor(_WRITERS, "uploads")

    async def receive(self, name: str, size: int | None, pieces: AsyncIterator[bytes]) -> str:
        """Stores a file that comes in pieces and returns its path in the folder; the same file twice is stored once.

        `size` is what the sender says, None if he does not. Raises SourceError for a kind that nothing reads, and
        SourceLimit where the file, the folder or the disk would get too full.
        """
        path = clean_path(name)
        if not supported(path):
            raise unsupported(path)
        try:
            arriving = await self._aside(self._begun, path, size or 0)
            try:
                return await self._stored(arriving, PurePosixPath(path).name, size, pieces)
            finally:
                await self._aside(arriving.discard)
        except OSError as error:
            said = error.strerror or error
            raise SourceLimit(
                f"The file cannot be stored: {said}.", "Check the sources folder and its disk."
            ) from error

    async def keep(self, fetched: Fetched) -> str:
        """Stores what was fetched, notes its address and the time, and returns its path; raises as `receive` does."""

        async def whole() -> AsyncIterator[bytes]:
            yield fetched.content

        path = await self.receive(fetched.path, len(fetched.content), whole())
        await self._aside(note_origin, self.root, path, fetched.address)
        return path

    async def _stored(self, arriving: _Arriving, name: str, size: int | None, pieces: AsyncIterator[bytes]) -> str:
        got, waiting = 0, list[bytes]()
        async for piece in pieces:
            got += len(piece)
            self._fits(got)
            waiting.append(piece)
            if sum(map(len, waiting)) >= _PIECE:
                await self._aside(arriving.write, waiting)
                waiting = []
        await self._aside(arriving.write, waiting)
        if size is not None and got != size:
            raise UnreadableSource("The upload is incomplete.", "Upload it again.")
        return await self._aside(self._arrived, arriving, name)

    async def _aside(self, work: Callable[_P, _T], *given: _P.args, **named: _P.kwargs) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*given, **named))

    def _begun(self, path: str, size: int) -> _Arriving:
        self._room(size)
        return _Arriving(self._folder(path))

    def _arrived(self, arriving: _Arriving, name: str) -> str:
        arriving.close()
        self._within(self._quota(), arriving.path.stat().st_size)  # who sent it may not have said how much it is
        return self._place(arriving.path, arriving.path.parent, name)

    def remove(self, path: str) -> str:
        """Moves a file into `.removed` and returns the token to put it back with. Raises SourceError."""
        file = self._own(path)
        token = secrets.token_hex(8)
        target = self.root / _REMOVED / token / path
        target.parent.mkdir(parents=True)
        file.rename(target)
        return token

    def hand_over(self, path: str, to: UploadStore) -> str:
        """Moves a file into another such folder and returns its path there. Raises SourceError, SourceLimit."""
        file = self._own(path)
        to._room(file.stat().st_size)
        return to._place(file, to._folder(path), PurePosixPath(path).name)

    def restore(self, token: str) -> str:
        """Puts back what was taken out under a token and returns its path. Raises SourceError."""
        kept = self.root / _REMOVED / token
        files = [each for each in kept.rglob("*") if each.is_file()] if _TOKEN.fullmatch(token) else []
        if not files:
            raise SourceError("The removed file is no longer available.", "Upload it again.")
        path = files[0].relative_to(kept).as_posix()
        placed = self._place(files[0], self._folder(path), PurePosixPath(path).name)
        shutil.rmtree(kept)
        return placed

    def sweep(self, now: float | None = None) -> int:
        """Deletes half uploads that nobody goes on with, and what was taken out long ago; how many there were."""
        now = time.time() if now is None else now
        gone = 0
        for folder, _, names in os.walk(self.root):
            for half in (Path(folder, name) for name in names if name.startswith(_ARRIVING)):
                with suppress(OSError):  # it has arrived meanwhile, or belongs to somebody else
                    if now - half.lstat().st_mtime > _ABANDONED:
                        half.unlink()
                        gone += 1
        removed = self.root / _REMOVED
        for kept in () if removed.is_symlink() or not removed.is_dir() else sorted(removed.iterdir()):
            with suppress(OSError):
                if _TOKEN.fullmatch(kept.name) and now - kept.lstat().st_mtime > KEPT_DAYS * 24 * 3600:
                    shutil.rmtree(kept)
                    gone += 1
        return gone

    def _own(self, path: str) -> Path:
        file = file_in(self.root, path) or self.root / path
        parts = PurePosixPath(path).parts
        hidden = any(part.startswith(".") for part in parts)
        if hidden or not parts or not file.parent.resolve().is_relative_to(self.root.resolve()) or not file.is_file():
            raise SourceError(f"There is no file {path} in the sources.", "Reload the list.")
        return file

    def _folder(self, path: str) -> Path:
        """The folder that `path` goes to, made if it is missing. A link that leads elsewhere is not followed."""
        folder = self.root
        for part in PurePosixPath(path).parent.parts:
            folder /= name_on_disk(folder, part)
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.resolve().is_relative_to(self.root.resolve()):
            raise SourceError(f"{path} would be outside the sources folder.", "Choose another folder.")
        return folder

    def _place(self, arrived: Path, folder: Path, name: str) -> str:
        """Gives a file that has arrived its name, or the next free one, without ever replacing another."""
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        for count in range(1, 1000):
            target = folder / name_on_disk(folder, name if count == 1 else f"{stem} ({count}){suffix}")
            try:
                _name(arrived, target)
            except FileExistsError:
                if not target.is_symlink() and target.is_file() and _same(target, arrived):
                    arrived.unlink()
                    return self._path(target)
                continue
            return self._path(target)
        raise SourceLimit(f"There are too many files called {name}.", "Give it another name.")

    def _path(self, file: Path) -> str:
        """The path that the index has for a file."""
        return composed(file.relative_to(self.root).as_posix())

    def _room(self, size: int) -> None:
        self._fits(size)
        self.root.mkdir(parents=True, exist_ok=True)  # somebody may have removed it
        if sum(len(names) for _, _, names in os.walk(self.root)) >= MOST_FILES:
            raise SourceLimit(
                f"There are {MOST_FILES:,} files already.",
                "Remove some, or copy this one into the sources folder yourself.",
            )
        self._within(self._quota(), size)
        if shutil.disk_usage(self.root).free < size + _SPARE:
            raise SourceLimit("The disk is nearly full.", "Free some space, then try again.")

    def _within(self, most: Quota, size: int) -> None:
        if most.files is None and most.bytes is None:
            return
        sizes = [file.stat().st_size for file in self._files()]
        if most.files is not None and len(sizes) >= most.files:
            raise SourceLimit(f"This collection may hold {most.files:,} files, and does.", _FULL)
        if most.bytes is not None and sum(sizes) + size > most.bytes:
            raise SourceLimit(f"This collection may hold {most.bytes / 1e6:,.1f} MB, and there is no room.", _FULL)

    def _files(self) -> list[Path]:
        found = (Path(folder, name) for folder, _, names in os.walk(self.root) for name in names)
        return [each for each in found if not any(part[0] == "." for part in each.relative_to(self.root).parts)]

    def _fits(self, size: int) -> None:
        if size > MOST_BYTES:
            raise SourceLimit(
                f"The file is larger than {MOST_BYTES // 1_000_000} MB.", "Copy it into the sources folder yourself."
            )


class _Arriving:
    """A file on its way in, under a name that no build reads. Its methods wait for the disk, and for each other: who
    leaves while a piece is being written leaves nothing behind.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{_ARRIVING}{secrets.token_hex(8)}"
        self._file, self._lock = self.path.open("xb"), threading.Lock()

    def write(self, pieces: list[bytes]) -> None:
        with self._lock:
            self._file.writelines(pieces)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def discard(self) -> None:
        """Removes what has not got its name."""
        with suppress(OSError):  # what could not be written cannot be flushed either
            self.close()
        self.path.unlink(missing_ok=True)


def clean_path(name: str) -> str:
    """A path that is safe in any folder: no way up, no hidden part, no control or reserved characters.

    A path sent along with a folder keeps its folders. Never empty.
    """
    parts = [_clean(part) for part in name.replace("\\", "/").split("/")]
    kept = [part for part in parts if part][-_DEEP:]
    return "/".join(kept) or "document"


def _clean(part: str) -> str:
    text = composed(part)
    text = "".join(
        char if char.isprintable() else " " for char in text
    )  # also direction marks: names do not turn round
    text = " ".join(_FORBIDDEN.sub(" ", text).split()).strip(". ")
    if _RESERVED.match(text):
        text = f"_{text}"
    stem, dot, suffix = text.rpartition(".")
    if not dot:
        return _cut(text, _LONG)
    return f"{_cut(stem, _LONG - len(suffix.encode()) - 1)}.{suffix}" if len(suffix) < 20 else _cut(text, _LONG)


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore").rstrip()


def _name(arrived: Path, target: Path) -> None:
    """Moves a file to a name that nothing has. Raises FileExistsError.

    A server that is killed leaves it whole under either name, but where the file system has no hard links: there it may
    leave an empty file.
    """
    try:
        os.link(arrived, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
        arrived.replace(target)
    else:
        arrived.unlink()


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while piece := first.read(1 << 20):
            if piece != second.read(1 << 20):
                return False
    return True
