"""What lies under the sources folder, and what a build must do about it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from rag.errors import SourcesMissing
from rag.language import composed
from rag.parsing import supported, unsupported
from rag.types import FileRow, Move, suffix_of

__all__ = ["FolderChanges", "FoundFile", "Plan", "compare_folder", "make_plan", "scan"]

_RACY_NS = 2_000_000_000  # a file this fresh may change again without its time showing it
_PAGES = (".html", ".htm", ".xhtml", ".shtml", ".php", ".asp", ".aspx")
_COMPANIONS = (
    *("_files", "-Dateien", "_fichiers", "_archivos", "_arquivos", "_ficheiros", "_bestanden", "-filer", "_filer"),
    *("_soubory", "_súbory", "_pliki", "_fájlok", "_elemei", "_tiedostot", "_dosyalar", "_datoteke", "_failid"),
    *("_file", "-file", "_fișiere", "_fisiere", "_failai", "_faili", "_файлы", "_файли", "_файлове", "_αρχεία"),
    *(".files", "_ملفات", "_קבצים", "のファイル", "_ファイル", "_文件", "_檔案", "_파일"),
)
"""What browsers put behind the name of a saved page for the folder of its parts."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it lies on the disk; `trouble` says why it cannot even be looked at."""

    path: str  # as it is shown, composed
    file: str  # as the file system finds it
    size: int = 0
    modified_ns: int = 0
    trouble: tuple[str, str] | None = None  # reason, hint


@dataclass(slots=True)
class Plan:
    """`keep`: rows that need no reading (unchanged, moved, skipped, out of reach); `read`: the files that do."""

    keep: dict[str, FileRow] = field(default_factory=dict)
    read: dict[str, tuple[FoundFile, str]] = field(default_factory=dict)  # path -> file, its sha256
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[Move] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)

    @property
    def idle(self) -> bool:
        """Whether nothing differs from the last generation."""
        return not (self.added or self.changed or self.moved or self.removed or self.read)


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """Paths of files that the next build would look at: `new` ones, `changed` ones, and those that are `gone`."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def compare_folder(sources: Path, index: Path, rows: Iterable[FileRow]) -> FolderChanges:
    """What differs between a folder and the rows of an index; nothing is read, so a touched file counts as changed.

    Both are in the order of paths.
    """
    new = {one.path: one for one in scan(sources, index)} if sources.is_dir() else {}
    changed, gone = [], []
    for row in rows:
        one = new.pop(row.path, None)
        if one is None:
            gone.append(row.path)
        elif not one.trouble and (one.size, one.modified_ns) != (row.size, row.modified_ns):
            changed.append(row.path)
    return FolderChanges(tuple(new), tuple(changed), tuple(gone))


def scan(sources: Path, index: Path) -> list[FoundFile]:
    """Every file under the folder, sorted by path. Raises SourcesMissing.

    Hidden ones are passed over, and the index itself if it lies there.
    """
    if not sources.is_dir():
        raise SourcesMissing(
            f"There is no sources folder at {sources}.", "Make it and put articles or reports into it, or name another."
        )
    root, above = sources.resolve(), len(os.path.join(sources, ""))  # noqa: PTH118
    found = [_look(root, file, file[above:], reason) for file, reason in _entries(sources, index)]
    return sorted(_told_apart(found), key=lambda one: one.path)


def _told_apart(found: Sequence[FoundFile]) -> Iterator[FoundFile]:
    """Each file under its composed name; of two whose names look the same, the one written otherwise is not read."""
    taken = {one.path for one in found}
    for one in found:
        path = composed(one.path)
        if path == one.path:
            yield one
        elif path in taken:
            reason = "Its name looks the same as that of another file, but is written in other characters."
            yield _troubled(one, reason, "Rename one of the two, then build again.")
        else:
            taken.add(path)
            yield replace(one, path=path)


def make_plan(
    found: Iterable[FoundFile], before: Mapping[str, FileRow], built_ns: int, *, fresh: bool, sees_more: bool = False
) -> Plan:
    """Compares the folder with the last generation: by size and time, then by content.

    `built_ns` is when that generation was scanned; `fresh` says that its rows cannot be used again (another recipe),
    `sees_more` that those of scanned files cannot (there was no OCR, or another one).
    """
    plan = Plan()
    known = list(found)
    here = {one.path for one in known}
    gone = {path: row for path, row in before.items() if path not in here}
    usable = {path: row for path, row in before.items() if not (fresh or (sees_more and _has_gaps(row)))}
    companions = _companions(here)
    content = {(row.sha256, suffix_of(row.path)): row for row in usable.values() if row.sha256 and row.document_id}
    for one in known:
        row = before.get(one.path)
        page = _page_of(one.path, companions)
        if page and not one.trouble:
            _set_aside(plan, one, row, (f"It is part of the saved page {page}.", "The page itself is read."))
        elif one.trouble or not supported(one.path):
            _set_aside(plan, one, row)
        elif row and one.path in usable and _same_stat(one, row, built_ns):
            plan.keep[one.path] = row
            plan.unchanged.append(one.path)
        else:
            _compare(plan, one, row, usable.get(one.path), content, gone)
    plan.removed = sorted(gone)
    return plan


def _compare(
    plan: Plan,
    one: FoundFile,
    row: FileRow | None,
    usable: FileRow | None,
    content: Mapping[tuple[str, str], FileRow],
    gone: dict[str, FileRow],
) -> None:
    try:
        with open(one.file, "rb") as file:  # noqa: PTH123
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = f"It cannot be opened ({error.strerror})."
        _set_aside(plan, _troubled(one, reason, "Check its permissions, then build again."), row)
        return
    same = row is not None and row.sha256 == sha256
    twin = usable if same else content.get((sha256, suffix_of(one.path)))
    if twin is not None:
        plan.keep[one.path] = FileRow(
            one.path,
            one.size,
            one.modified_ns,
            sha256,
            twin.status,
            twin.document_id,
            twin.reason,
            twin.hint,
            twin.empty_pages,
        )
    else:
        plan.read[one.path] = (one, sha256)
    before = next(
        (path for path, old in gone.items() if old.sha256 == sha256 and suffix_of(path) == suffix_of(one.path)), None
    )
    if same:
        plan.unchanged.append(one.path)
    elif row is not None:
        plan.changed.append(one.path)
    elif before is not None:
        del gone[before]
        plan.moved.append(Move(before, one.path))
    else:
        plan.added.append(one.path)


def _companions(paths: Iterable[str]) -> dict[str, str]:
    """The folders in which browsers keep the parts of the pages they save, by folder: the page beside each.

    The name of such a folder is the page's with a word for "files" in the browser's language.
    """
    pages = {path.rpartition(".")[0]: path for path in paths if path.lower().endswith(_PAGES)}
    return {composed(name + tail): page for name, page in pages.items() for tail in _COMPANIONS}


def _page_of(path: str, companions: Mapping[str, str]) -> str:
    """The saved page that a file is a part of; empty where it is none."""
    at = path.find("/")
    while at >= 0:
        page = companions.get(composed(path[:at]))
        if page:
            return PurePosixPath(page).name
        at = path.find("/", at + 1)
    return ""


def _set_aside(plan: Plan, one: FoundFile, row: FileRow | None, skipped: tuple[str, str] | None = None) -> None:
    """A file that is not read: no reader for it, out of reach, or `skipped` for the reason given, with its hint."""
    if skipped:
        new = FileRow(one.path, one.size, one.modified_ns, "", "skipped", None, *skipped)
    elif one.trouble:
        new = FileRow(one.path, one.size, one.modified_ns, "", "failed", None, *one.trouble)
    else:
        refused = unsupported(one.path)
        new = FileRow(one.path, one.size, one.modified_ns, "", "skipped", None, refused.message, refused.hint)
    plan.keep[one.path] = new
    if row is None:
        plan.added.append(one.path)
    elif (row.status, row.reason) == (new.status, new.reason):
        plan.unchanged.append(one.path)
    else:
        plan.changed.append(one.path)


def missing_text(pages: Sequence[int], *, read_by_ocr: bool) -> tuple[str, str]:
    """Reason and hint for a document of which some pages hold no text; empty if none."""
    if not pages:
        return "", ""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
    where = f"Page {shown} holds" if len(pages) == 1 else f"Pages {shown} hold"
    if read_by_ocr:
        return f"{where} no text that OCR can read.", "If there is any, scan again: upright, at 300 dpi."
    return (
        f"{where} no text.",
        "If that is a scan, have it read by OCR: pip install 'footnote-rag[ocr]', then build again.",
    )


def _has_gaps(row: FileRow) -> bool:
    return bool(row.empty_pages) and suffix_of(row.path) == ".pdf"


def _same_stat(one: FoundFile, row: FileRow, built_ns: int) -> bool:
    same = (one.size, one.modified_ns) == (row.size, row.modified_ns) and bool(row.sha256)
    return same and one.modified_ns < built_ns - _RACY_NS


def _entries(sources: Path, index: Path) -> Iterator[tuple[str, str]]:
    """Each file, and each folder that cannot be entered with the reason; strings, since making ten thousand paths takes
    longer than looking at the files."""
    refused: list[OSError] = []
    aside = os.path.realpath(index)
    for folder, below, names in os.walk(sources, onerror=refused.append):
        inside = [os.path.join(folder, name) for name in sorted(below) if not name.startswith(".")]  # noqa: PTH118
        linked = {path for path in inside if os.path.islink(path)}  # noqa: PTH114
        yield from ((path, "It is a link to a folder, which is not followed.") for path in linked)
        kept = {path for path in inside if path not in linked and os.path.realpath(path) != aside}
        below[:] = [name for name in sorted(below) if os.path.join(folder, name) in kept]  # noqa: PTH118
        yield from ((os.path.join(folder, name), "") for name in names if not name.startswith("."))  # noqa: PTH118
    for error in refused:
        yield str(error.filename), f"The folder cannot be opened ({error.strerror})."


def _look(root: Path, file: str, relative: str, reason: str) -> FoundFile:
    path = relative.replace(os.sep, "/")
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(path).decode("utf-8", "backslashreplace")
        return _troubled(FoundFile(shown, file), "Its name is not valid UTF-8.", "Rename it, then build again.")
    if reason:
        return _troubled(FoundFile(path or ".", file), reason, "Copy what is in it here, or give access to it.")
    try:
        facts = os.lstat(file)
        if stat.S_ISLNK(facts.st_mode):
            # Linked folders are not entered, so only the file itself can lead elsewhere.
            if not Path(file).resolve().is_relative_to(root):
                hint = "Copy the file itself into the sources folder."
                return _troubled(FoundFile(path, file), "It is a link to a place outside the sources folder.", hint)
            facts = os.stat(file)  # noqa: PTH116
    except (OSError, RuntimeError) as error:
        reason = f"It cannot be opened ({getattr(error, 'strerror', None) or error})."
        return _troubled(FoundFile(path, file), reason, "Check the link or its permissions, then build again.")
    if not stat.S_ISREG(facts.st_mode):  # a pipe, a socket, a device
        return _troubled(FoundFile(path, file), "It is not an ordinary file.", "Remove it from the sources.")
    return FoundFile(path, file, facts.st_size, facts.st_mtime_ns)


def _troubled(one: FoundFile, reason: str, hint: str) -> FoundFile:
    return FoundFile(one.path, one.file, one.size, one.modified_ns, (reason, hint))
