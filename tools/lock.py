"""Writes the lock files: every package that an install may bring, its version and the hashes of its files.

`requirements.lock` and `requirements-torch.lock` are what the program needs, `requirements-dev.lock` what the tests
need besides, `requirements-multilingual.lock` what the extra of that name does (91 MB, which no test needs), and
`requirements-gpu.lock` the libraries for graphics cards that PyTorch's ordinary build for Linux brings, and a build for
the processor alone does not. All hold for every system and Python that the program runs on. Versions that stand there
already stay, unless pyproject.toml no longer allows them.

    python -m tools.lock [--upgrade PACKAGE ...]
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAIN, TORCH, DEV, GPU, MULTILINGUAL = (
    ROOT / f"requirements{kind}.lock" for kind in ("", "-torch", "-dev", "-gpu", "-multilingual")
)
EXTRAS = ("dev", "ocr", "mcp", "oidc", "shared", "bench")
FOR_CARDS = re.compile(r"(?:nvidia|cuda)-|triton\b")
ENTRY = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[^\s;]+)")


def entries(text: str) -> dict[str, str]:
    """The packages of a lock file by name: each its version, condition and hashes as they stand."""
    found: dict[str, str] = {}
    for entry in re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE):
        if named := ENTRY.match(entry):
            found[named["name"]] = entry
    return found


def resolved(known: str, extras: tuple[str, ...], upgrade: list[str]) -> dict[str, str]:
    """Every package of the project with some extras, with `known` as the versions to keep."""
    place = ROOT / "build" / "lock.txt"
    place.parent.mkdir(exist_ok=True)
    place.write_text(known)
    wanted = [word for extra in extras for word in ("--extra", extra)]
    wanted += [word for name in upgrade for word in ("--upgrade-package", name)]
    command = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes", "--no-annotate"]
    command += ["--no-header", "--quiet", "--python-version", "3.11", "--output-file", str(place), *wanted]
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return entries(place.read_text())


def with_local_build(entry: str) -> str:
    """The entry with the hash of the file that pip takes here, where that is a build of its own (`2.13.0+cpu`)."""
    named = ENTRY.match(entry)
    assert named
    command = ["pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"]
    done = subprocess.run([sys.executable, "-m", *command, named[0]], check=True, capture_output=True, text=True)
    (taken,) = json.loads(done.stdout)["install"]
    line = f"    --hash=sha256:{taken['download_info']['archive_info']['hashes']['sha256']}"
    return entry if line in entry else f"{entry.rstrip()} \\\n{line}\n"


def main() -> None:
    """Writes the files."""
    parser = argparse.ArgumentParser(description="Write the lock files anew.")
    parser.add_argument("--upgrade", nargs="*", default=[], metavar="PACKAGE", help="packages to take a newer one of")
    upgrade = parser.parse_args().upgrade
    known = "".join(path.read_text() for path in (PLAIN, TORCH, DEV, GPU, MULTILINGUAL) if path.exists())
    everything = resolved(known, (*EXTRAS, "multilingual"), upgrade)
    tested = resolved("".join(everything.values()), EXTRAS, [])
    plain = resolved("".join(everything.values()), (), [])
    everything["torch"] = with_local_build(everything["torch"])
    for_cards = {name for name in everything if FOR_CARDS.match(name)}
    for path, names in (
        (PLAIN, plain.keys() - for_cards - {"torch"}),
        (TORCH, {"torch"}),
        (DEV, tested.keys() - plain.keys() - for_cards),
        (MULTILINGUAL, everything.keys() - tested.keys() - for_cards),
        (GPU, for_cards),
    ):
        path.write_text("".join(everything[name] for name in sorted(names)))


if __name__ == "__main__":
    main()
