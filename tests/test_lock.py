"""The lock files hold what the project asks for, with hashes; what is tested is what they name; licences are told."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paths import ROOT

from tools.licences import PAGE
from tools.lock import DEV, ENTRY, FOR_CARDS, GPU, MULTILINGUAL, PLAIN, TORCH, entries

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FILES = [PLAIN, TORCH, DEV, GPU, MULTILINGUAL]


def locked(*paths: object) -> dict[str, str]:
    found = dict[str, str]()
    for path in FILES:
        if path in paths:
            for name, entry in entries(path.read_text()).items():
                named = ENTRY.match(entry)
                assert named
                found[name] = named["version"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_package_has_its_version_and_hashes(path: object) -> None:
    assert path in FILES
    for entry in entries(FILES[FILES.index(path)].read_text()).values():
        first, *lines = entry.rstrip().split(" \\\n")
        assert re.fullmatch(r"[a-z0-9.-]+==[\w.+]+(?: ; .+)?", first), first
        assert lines, first
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}", line) for line in lines), first


@pytest.mark.parametrize(
    ("extra", "files"),
    [
        ("", (PLAIN, TORCH)),
        ("dev", FILES),
        ("ocr", FILES),
        ("mcp", FILES),
        ("oidc", FILES),
        ("multilingual", (PLAIN, MULTILINGUAL)),
    ],
)
def test_what_the_project_asks_for_is_locked_as_it_asks(extra: str, files: tuple[object, ...]) -> None:
    asked = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    known = locked(*files)
    for requirement in map(Requirement, asked):
        name = canonicalize_name(requirement.name)
        if name != PROJECT["name"]:
            assert name in known, f"{name} is not locked: make lock"
            assert requirement.specifier.contains(known[name]), f"{name} is locked at {known[name]}: make lock"


def test_what_is_installed_is_what_is_locked() -> None:
    for name, wanted in locked(PLAIN, TORCH, DEV, MULTILINGUAL).items():
        try:
            assert version(name).split("+")[0] == wanted, name
        except PackageNotFoundError:
            continue  # for other systems


def test_libraries_for_graphics_cards_stand_apart() -> None:
    assert locked(GPU)
    assert not any(FOR_CARDS.match(name) for name in locked(PLAIN, TORCH, DEV))


def test_the_list_of_licences_has_every_package_and_knows_its_licence() -> None:
    rows = re.findall(r"^\| ([a-z0-9.-]+) \| (\S+) \| (.+?) \| [\d.]+ \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    told = {name: number for name, number, _ in rows}
    assert not [name for name, _, licence in rows if licence == "?"]
    installed = dict[str, str]()
    for name, number in locked(PLAIN, TORCH, DEV).items():
        try:
            version(name)
        except PackageNotFoundError:
            continue
        installed[name] = number
    assert told == installed, "make licences"
