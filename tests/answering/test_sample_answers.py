"""The samples stay above their floors, which `rag eval raise tests/cases/samples.jsonl …` sets."""

from __future__ import annotations

from pathlib import Path

import pytest
from paths import ROOT

import rag
from rag.config import load_config
from rag.evaluate.cases import load_cases
from rag.evaluate.floors import breaches, load_floors
from rag.evaluate.run import evaluate


def test_the_samples_stay_above_their_floors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rag.build(ROOT / "sources", tmp_path / "index")
    cases = load_cases(ROOT / "tests/cases/samples.jsonl")
    run, _ = evaluate(cases, load_config(index=tmp_path / "index"), jobs=2)
    assert not run.broken
    assert run.measures["quote validity"].value == 1
    below = breaches(load_floors(ROOT / "tests/cases/samples.floors.json"), run)
    assert not below, [str(one) for one in below]
