"""What is there to run the page elsewhere: the unit file is one, and what it says is so."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNIT = ROOT / "deploy" / "footnote.service"
PROGRAM = "/opt/footnote/bin/rag"


def verified(unit: Path) -> tuple[int, str]:
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stderr


def test_the_unit_file_is_verified(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        if os.environ.get("FOOTNOTE_BROWSER") == "required":
            pytest.fail("there is no systemd-analyze, and FOOTNOTE_BROWSER=required")
        pytest.skip("there is no systemd-analyze on this machine")
    program = tmp_path / "rag"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = UNIT.read_text()
    assert PROGRAM in text
    unit = tmp_path / "footnote.service"
    unit.write_text(text.replace(PROGRAM, str(program)))
    assert verified(unit) == (0, "")
    unit.write_text(text.replace(PROGRAM, str(program)).replace("Restart=on-failure", "Restart=sometimes"))
    assert "Failed to parse" in verified(unit)[1], "the check notices a mistake"
    unit.write_text(text)
    assert verified(unit)[0] != 0, "and a program that is not there"


def test_what_the_container_copies_is_there() -> None:
    lines = (ROOT / "deploy" / "Containerfile").read_text().splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert copied
    assert [name for name in copied if not any(ROOT.glob(name))] == []
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in sent
    assert [name for name in copied if f"!{name}" not in sent] == [], "it would be missing where the image is built"
