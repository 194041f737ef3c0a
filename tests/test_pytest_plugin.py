"""The plugin as somebody else's project uses it: a real pytest run beside a real index."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from paths import ROOT

import rag

ARTICLE = """# The Jaffar Express

The Jaffar Express was stopped near Sibi on 11 March 2025. In all, 64 people died in the attack on the train.
More than 300 hostages were freed.
"""
CASES = """
- id: deaths
  question: How many people died in the attack on the train?
  answers: ["64"]
  citations: [{path: train.md, quote: "In all, 64 people died in the attack on the train."}]
- id: wrong
  question: How many people died in the attack on the train?
  answers: ["65"]
  citations: [{path: train.md, quote: More than 300 hostages were freed.}]
- id: cup
  question: Who won the 2022 World Cup?
  answerable: false
- id: broken
  question: How many hostages were freed?
  citations: [{path: train.md, quote: More than 400 hostages were freed.}]
"""
TESTS = re.findall(r"```python\n(.*?)```", (ROOT / "docs/evaluating.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("theirs")
    (made / "sources").mkdir()
    (made / "sources/train.md").write_text(ARTICLE, "utf-8")
    rag.build(made / "sources", made / "index")
    (made / "cases.yaml").write_text(CASES, "utf-8")
    (made / "test_nothing.py").write_text(
        "import sys\n"
        "def test_nothing(request):\n"
        "    heavy = {'torch', 'numpy', 'rag.assistant', 'rag.types', 'rag.evaluate', 'yaml', 'ir_measures'}\n"
        "    assert not heavy & set(sys.modules)\n",
        "utf-8",
    )
    return made


def run(place: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-ra", *arguments]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=300)
    return done.returncode, done.stdout + done.stderr


def test_every_case_is_a_test_and_a_failure_can_be_read(place: Path) -> None:
    code, said = run(place, "--rag-index", "index", "--rag-cases", "cases.yaml", "cases.yaml")
    assert code == 1, said
    assert "2 failed, 2 passed" in said
    assert "case wrong: How many people died in the attack on the train?" in said
    assert "expected  train.md: More than 300 hostages were freed." in said
    assert "cited [1] train.md: In all, 64 people died in the attack on the train." in said
    assert "It does not say '65'." in said
    assert "does not contain 'More than 400 hostages were freed.'" in said
    assert "Traceback" not in said
    assert "pytest_plugin.py" not in said


def test_cases_are_chosen_by_name_and_by_marker(place: Path) -> None:
    code, said = run(place, "--rag-cases", "cases.yaml", "cases.yaml::deaths")
    assert (code, "1 passed" in said) == (0, True), said
    code, said = run(place, "--rag-cases", "cases.yaml", "-m", "rag_refusal", "--collect-only")
    assert "cases.yaml::cup" in said
    assert "deaths" not in said


def test_the_ten_lines_of_the_docs_pass_beside_cases_with_xdist(place: Path) -> None:
    code_of_docs = TESTS[0]
    assert len([line for line in code_of_docs.splitlines() if line.strip()]) <= 10
    (place / "test_mine.py").write_text(code_of_docs, "utf-8")
    code, said = run(place, "-n", "2", "--rag-cases", "cases.yaml", "--deselect", "cases.yaml::wrong", "test_mine.py")
    assert "1 failed, 4 passed" in said, said
    assert "cases.yaml::broken" in said
    assert code == 1


def test_a_run_that_does_not_use_it_is_not_changed(place: Path) -> None:
    code, said = run(place, "test_nothing.py")
    assert (code, "1 passed" in said) == (0, True), said


def test_trouble_is_a_sentence(place: Path) -> None:
    code, said = run(place, "--rag-cases", "nowhere.yaml", "test_nothing.py")
    assert code == 4
    assert "nowhere.yaml" in said
    code, said = run(place, "--rag-index", "nowhere", "--rag-cases", "cases.yaml", "cases.yaml::deaths")
    assert code == 1
    assert "There is no index in" in said
    assert "--rag-index" in said
