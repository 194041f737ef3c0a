"""`rag eval` as a person runs it: drafting, evaluating, floors, comparing, the report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rag
from rag.config import Config, load_config
from rag.evaluate.cases import load_cases
from rag.evaluate.predict import settings_of
from rag.evaluate.run import evaluate

ARTICLE = """# The Jaffar Express

The Jaffar Express was stopped near Sibi on 11 March 2025. In all, 64 people died in the attack on the train.
More than 300 hostages were freed. <script>alert("x")</script> is how it ended in 2025, some say.
"""
CASES = """
- id: deaths
  kind: number
  question: How many people died in the attack on the train?
  answers: ["64"]
  citations: [{path: train.md, quote: "In all, 64 people died in the attack on the train."}]
- id: hostages
  kind: number
  question: How many hostages were freed?
  answers: ["301"]
  citations: [{path: train.md, quote: <script>alert("x")</script> is how it ended}]
- id: cup
  question: Who won the 2022 World Cup?
  answerable: false
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("evaluated")
    (made / "sources").mkdir()
    (made / "sources/train.md").write_text(ARTICLE, "utf-8")
    (made / "cases.yaml").write_text(CASES, "utf-8")
    rag.build(made / "sources", made / "index")
    return made


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(place / "cache")}
    command = [sys.executable, "-m", "rag", "eval", *arguments]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_evaluating_prints_json_and_a_report_and_asks_only_once(place: Path) -> None:
    first = run(place, "cases.yaml", "--json", "--html", "report.html")
    assert first.returncode == 0, first.stderr
    found = json.loads(first.stdout)
    (place / "before.json").write_text(first.stdout, "utf-8")
    assert (found["cases"], found["failed"], found["asked"]) == (3, 1, 3)
    assert found["measures"]["quote validity"]["value"] == 1
    states = {one["id"]: one["passed"] for one in found["results"]}
    assert states == {"deaths": True, "hostages": False, "cup": True}
    assert found["kinds"] == {"number": {"passed": 1, "cases": 2}}

    assert "number 1 of 2" in run(place, "cases.yaml").stdout
    again = run(place, "--json", "cases.yaml")
    after = json.loads(again.stdout)
    assert after["asked"] == 0
    assert after["results"] == found["results"]
    (place / "after.json").write_text(again.stdout, "utf-8")


def test_no_key_is_in_a_run() -> None:
    said = json.dumps(settings_of(Config(llm_key="secret-key", oidc_secret="secret-key", risk=0.1)))
    assert "secret-key" not in said
    assert '"risk": 0.1' in said


def test_the_report_is_one_file_and_documents_are_no_markup(place: Path) -> None:
    report = place / "report.html"
    if not report.exists():
        run(place, "cases.yaml", "--html", "report.html")
    text = report.read_text("utf-8")
    assert "&lt;script&gt;alert" in text
    assert "<script>alert" not in text
    assert "default-src 'none'" in text
    assert "http://" not in text
    assert "https://" not in text
    assert text.count("<svg") == 3


def test_floors_are_raised_by_a_command_and_hold(place: Path) -> None:
    made = run(place, "raise", "cases.yaml", "floors.json")
    assert made.returncode == 0, made.stderr
    held = run(place, "cases.yaml", "--floors", "floors.json")
    assert held.returncode == 0, held.stderr
    assert "floor" in held.stdout

    floors = json.loads((place / "floors.json").read_text("utf-8"))
    assert floors["measures"]["passed"] == pytest.approx(2 / 3, abs=1e-4)
    floors["measures"] |= {"passed": 0.9, "false refusals": -0.5}
    (place / "high.json").write_text(json.dumps(floors), "utf-8")
    below = run(place, "cases.yaml", "--floors", "high.json")
    assert below.returncode == 1
    assert "passed: 0.6667 is less than the floor of 0.9." in below.stderr
    assert "false refusals: 0 is more than the floor of -0.5." in below.stderr

    refused = run(place, "raise", "cases.yaml", "high.json")
    assert refused.returncode == 1
    assert "This would lower 2 of the floors." in refused.stderr
    assert json.loads((place / "high.json").read_text("utf-8")) == floors
    lowered = run(place, "raise", "cases.yaml", "high.json", "--lower")
    assert lowered.returncode == 0, lowered.stderr
    assert json.loads((place / "high.json").read_text("utf-8"))["measures"]["passed"] < 0.9


def test_floors_do_not_hold_on_other_data(place: Path) -> None:
    floors = place / "other.json"
    floors.write_text(json.dumps({"cases_sha256": "x", "sources_sha256": "y", "measures": {"passed": 0.1}}), "utf-8")
    done = run(place, "cases.yaml", "--floors", "other.json")
    assert done.returncode == 1
    assert "The floors were measured on different cases" in done.stderr
    assert "Traceback" not in done.stderr


def test_init_drafts_cases_that_fit_the_sources_and_overwrites_nothing(place: Path) -> None:
    done = run(place, "init", "drafted.yaml")
    assert done.returncode == 0, done.stderr
    cases = load_cases(place / "drafted.yaml")
    asked = {case.question: case for case in cases}
    assert asked["How many people died in the attack on the train?"].answers == ("64",)
    assert all((expected.quote or "?") in ARTICLE for case in cases for expected in case.citations)
    again = run(place, "init", "drafted.yaml")
    assert (again.returncode, "already exists" in again.stderr) == (1, True)


def test_two_runs_are_compared(place: Path) -> None:
    if not (place / "before.json").exists():
        test_evaluating_prints_json_and_a_report_and_asks_only_once(place)
    done = run(place, "compare", "before.json", "after.json")
    assert done.returncode == 0, done.stderr
    assert "0 of" in done.stdout
    wrong = run(place, "compare", "before.json", "cases.yaml")
    assert (wrong.returncode, "is not a saved run" in wrong.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "CASES"),
        (("nowhere.yaml",), 1, "There is no file nowhere.yaml."),
        (("sources",), 1, "is not a question set"),
        (("cases.yaml", "--index", "nowhere"), 1, "There is no index in nowhere."),
    ],
)
def test_trouble(place: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run(place, *arguments)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_two_processes_answer_as_one_does(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(place / "elsewhere"))
    config = load_config(index=place / "index")
    questions = [
        {"id": f"q{i}", "question": f"How many people died in the attack on train number {i}?"} for i in range(26)
    ]
    (place / "many.jsonl").write_text("\n".join(map(json.dumps, questions)), "utf-8")
    cases = load_cases(place / "many.jsonl")
    seen: list[int] = []
    two, _ = evaluate(cases, config, jobs=2, on_asked=lambda done, total, question: seen.append(done))
    one, _ = evaluate(cases, config, jobs=1, fresh=True)
    assert seen == list(range(1, 27))
    assert [row.case.id for row in two.results] == [case.id for case in cases]
    same = [(a.prediction.claims, a.prediction.status) for a in two.results]
    assert same == [(b.prediction.claims, b.prediction.status) for b in one.results]
    for a, b in zip(two.results, one.results, strict=True):
        assert a.prediction.confidence == pytest.approx(b.prediction.confidence, abs=1e-4)
