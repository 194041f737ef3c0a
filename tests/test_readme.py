"""The README's commands and examples do what it says, in a copy of the samples."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "sources", made / "sources")
    return made


def run(command: list[str], place: Path, given: str = "") -> str:
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, input=given, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_example_runs_and_quotes_the_figure(place: Path) -> None:
    (code,) = blocks("python")
    said = run([sys.executable, "-c", code], place)
    assert "64" in said


@pytest.mark.parametrize(
    "line", [line for line in blocks("sh")[1].splitlines() if not re.match(r"rag (serve|watch)", line)]
)
def test_every_terminal_command_runs(place: Path, line: str) -> None:
    import shlex

    if not (place / "index" / "corpus.db").exists():
        run([sys.executable, "-m", "rag", "build"], place)
    words = shlex.split(line, comments=True)
    assert words[0] == "rag"
    assert run([sys.executable, "-m", "rag", *words[1:]], place).strip() or words[1] == "chat"


def test_the_make_targets_exist_and_the_links_lead_somewhere() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", blocks("sh")[0], re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / link).exists(), link
