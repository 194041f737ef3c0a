"""A fresh process answers without the libraries that take seconds to import: told by modules, not by the clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("torch", "transformers", "sentence_transformers", "gradio", "scipy", "sklearn", "pandas", "onnx", "onnxscript")
NOT_TO_ASK = (
    "asyncio",
    "httpx2",
    "filelock",
    "watchfiles",
    "pypdf",
    "rag.answering.generation.generate",
    "rag.parsing.pdf.reader",
)
QUESTION = "Where does the port of Gwadar lie?"


def rag(*arguments: str, cwd: Path, looked_for: tuple[str, ...] = SLOW) -> tuple[str, set[str]]:
    """What a command printed, and which of some modules its process had imported by its end."""
    code = (
        "import atexit, json, sys\n"
        f"atexit.register(lambda: print(json.dumps([n for n in {looked_for} if n in sys.modules]), file=sys.stderr))\n"
        f"sys.argv = {['rag', *arguments]!r}\n"
        "from rag.cli.commands import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, set(json.loads(done.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A folder with an index, and what building it had imported."""
    folder = tmp_path_factory.mktemp("cold")
    (folder / "sources").mkdir()
    (folder / "sources" / "a.md").write_text("# Ports\n\nThe port of Gwadar lies on the Arabian Sea.\n")
    _, loaded = rag("build", cwd=folder)
    return folder, loaded


def test_building_with_the_bundled_model_imports_nothing_slow(built: tuple[Path, set[str]]) -> None:
    assert built[1] == set()


def test_searching_imports_nothing_slow(built: tuple[Path, set[str]]) -> None:
    said, loaded = rag("search", QUESTION, "--json", cwd=built[0])
    assert "Arabian Sea" in json.loads(said)[0]["text"]
    assert loaded == set()


def test_asking_imports_nothing_slow(built: tuple[Path, set[str]]) -> None:
    said, loaded = rag("ask", QUESTION, "--json", cwd=built[0])
    assert json.loads(said)["status"] == "answered"
    assert loaded == set()


def test_asking_imports_nothing_of_building_or_language_models(built: tuple[Path, set[str]]) -> None:
    assert rag("ask", QUESTION, cwd=built[0], looked_for=NOT_TO_ASK)[1] == set()


def test_help_imports_no_library_of_ours_but_the_terminal_s(tmp_path: Path) -> None:
    said, loaded = rag("--help", cwd=tmp_path, looked_for=(*SLOW, *NOT_TO_ASK, "numpy", "pydantic", "rag.assistant"))
    assert "Ask your own documents" in said
    assert loaded == set()
