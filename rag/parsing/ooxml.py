"""The parts of an Office Open XML package - Word, PowerPoint, Excel - and how they point to each other.

Part names are compared without case, strict files are read like transitional ones, and a part that is missing or
damaged is None. This module does not know what the parts say.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rag.errors import UnreadableSource
from rag.parsing.archive import open_zip, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element  # type: ignore[import-untyped]

__all__ = ["Package", "Relation", "attribute", "choice", "inside", "local", "number", "open_package", "reference"]

_BROKEN = (zipfile.BadZipFile, KeyError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_SAYING = tuple(f"{{*}}{name}" for name in ("t", "delText", "chart", "relIds", "oMath", "textpath"))


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points to: `kind` is the last word of its type, `target` a part's name, or an address outside."""

    kind: str
    target: str
    outside: bool = False


@dataclass(slots=True)
class Package:
    """An open package. `damaged` collects the names of parts that were asked for and could not be read."""

    archive: zipfile.ZipFile
    _names: dict[str, str]
    damaged: list[str] = field(default_factory=list)
    _relations: dict[str, dict[str, Relation]] = field(default_factory=dict)

    def data(self, name: str) -> bytes | None:
        """The bytes of a part."""
        there = self._names.get(name.lower())
        if there is None:
            return None
        try:
            return self.archive.read(there)
        except _BROKEN:
            self.damaged.append(name)
            return None

    def part(self, name: str) -> _Element | None:
        """A part as a tree."""
        there = self._names.get(name.lower())
        if there is None:
            return None
        try:
            return parse_xml(self.archive, there)
        except (UnreadableSource, *_BROKEN):
            self.damaged.append(name)
            return None

    def relations(self, name: str) -> dict[str, Relation]:
        """By their ids, what the part points to; "" is the package itself."""
        if name not in self._relations:
            folder, base = posixpath.split(name)
            tree = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
            found = {} if tree is None else {one.get("Id", ""): _relation(one, folder) for one in inside(tree)}
            self._relations[name] = found
        return self._relations[name]

    def related(self, name: str, kind: str) -> list[str]:
        """The names of the parts of a kind that a part points to."""
        return [one.target for one in self.relations(name).values() if one.kind == kind and not one.outside]

    def main(self, default: str) -> str:
        """The name of the part that is the document itself."""
        return next(iter(self.related("", "officeDocument")), default)

    def told(self) -> dict[str, str]:
        """What the file says of itself: title, modified, created, where it does."""
        for name in [*self.related("", "core-properties"), "docProps/core.xml"]:
            tree = self.part(name)
            if tree is not None:
                return {local(one): one.text or "" for one in inside(tree)}
        return {}


def open_package(data: bytes) -> Package:
    """Raises UnreadableSource, SourceLimit, or EncryptedSource."""
    archive = open_zip(data)
    names = {name.replace("\\", "/").lower().lstrip("/"): name for name in archive.namelist()}
    return Package(archive, names)


def _relation(element: _Element, folder: str) -> Relation:
    target, outside = element.get("Target", ""), element.get("TargetMode", "") == "External"
    if not outside:
        target = unquote(target).replace("\\", "/")
        target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    return Relation(element.get("Type", "").rpartition("/")[2], target, outside)


def local(element: _Element) -> str:
    """An element's name without its namespace: transitional and strict files differ in nothing else."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def inside(element: _Element) -> Iterator[_Element]:
    """The children that are elements."""
    return (child for child in element if isinstance(child.tag, str))


def attribute(element: _Element | None, name: str, default: str = "") -> str:
    """The value of an attribute by its name without its namespace."""
    if element is None:
        return default
    bare = element.get(name)
    if bare is not None:
        return str(bare)
    ending = "}" + name
    for key, value in element.items():
        if key.endswith(ending):
            return str(value)
    return default


def reference(element: _Element, name: str = "id") -> str:
    """The id of the relation that an element points through, "" if it points nowhere."""
    return next((str(value) for key, value in element.items() if key.endswith(f"relationships}}{name}")), "")


def number(text: str, default: int = 0, *, most: int = 1 << 40) -> int:
    """A whole number as files write it, within bounds."""
    try:
        return max(-most, min(int(float(text)), most))
    except (ValueError, OverflowError):
        return default


def choice(element: _Element) -> _Element | None:
    """Of the versions in `mc:AlternateContent` the first that says something, the first of all if none does."""
    options = [one for one in inside(element) if local(one) in ("Choice", "Fallback")]
    said = (one for one in options if next(one.iter(*_SAYING), None) is not None)
    return next(said, options[0] if options else None)
