"""What a machine reads and embeds with: where two stamps are equal, the same file becomes the same document.

This module does not know where the other stamp comes from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.indexing import recipe_of
from rag.parsing import ocr_engine
from rag.types import Encoder, ReadSettings

__all__ = ["difference", "stamp_of"]

_PROGRAM = "footnote-rag"
_ROOMS = ("indexing", "language", "models", "parsing", "types", "workers")
_LIBRARIES = (
    *("chardet", "lxml", "markdown-it-py", "numpy", "onnxruntime", "pillow", "py3langid", "pypdf", "pypdfium2"),
    *("python-calamine", "python-oxmsg", "sentencex", "tiktoken", "tokenizers", "trafilatura"),
)
"""What reads or embeds: another version may give another text, another chunk or another vector."""


def stamp_of(encoder: Encoder, how: ReadSettings) -> dict[str, str]:
    """Names and versions of what this machine reads, chunks and embeds with."""
    return {
        _PROGRAM: f"{_version(_PROGRAM)} ({_program()})",
        **{name: _version(name) for name in _LIBRARIES},
        "the recipe": recipe_of(encoder, how.size, how.overlap),
        "the engine for OCR": ocr_engine(how.languages) if how.languages else "",
    }


def difference(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """The first thing in which two stamps differ, in words; "" where they are equal."""
    for name, here in ours.items():
        if theirs.get(name) != here:
            return f"{name} is {theirs.get(name) or 'missing'} there and {here or 'missing'} here"
    return ""


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _program() -> str:
    """A hash of the modules that read, chunk and embed: two states of a checkout have the same version."""
    digest, root = hashlib.sha256(), Path(__file__).parents[1]
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
