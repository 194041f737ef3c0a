"""A builder killed at any moment: the last generation answers, the next build completes, and equals a clean one."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from building import build
from faults.places import seen as answers
from faults.places import write_first, write_second
from words import WordEncoder

HERE = Path(__file__).resolve().parents[1]


class Zygote:
    """Builds that may be killed, in forks of one prepared process."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "zygote.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def build(self, sources: Path, index: Path, **when: float) -> dict[str, int]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"sources": str(sources), "index": str(index), **when}) + "\n")
        self._process.stdin.flush()
        said: dict[str, int] = json.loads(self._process.stdout.readline())
        return said

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Both states of a folder with the answers of clean builds, and an index of the first."""
    place = tmp_path_factory.mktemp("stages")
    first, second = place / "first", place / "second"
    write_first(first)
    shutil.copytree(first, second)
    write_second(second)
    for name, sources in (("1", first), ("2", second)):
        build(sources, place / f"index{name}", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    return {
        "place": place,
        "first": first,
        "second": second,
        "index": place / "index1",
        "before": answers(first, place / "index1"),
        "after": answers(second, place / "index2"),
    }


def fresh(stages: dict[str, Any], tmp_path: Path, name: str) -> tuple[Path, Path]:
    sources, index = tmp_path / name / "sources", tmp_path / name / "index"
    shutil.copytree(stages["second"], sources)
    shutil.copytree(stages["index"], index)
    return sources, index


def check(stages: dict[str, Any], zygote: Zygote, sources: Path, index: Path) -> None:
    """After a kill: old or new answers, never others; and the next build ends with the answers of a clean one."""
    assert answers(sources, index) in (stages["before"], stages["after"])
    assert not zygote.build(sources, index)["killed"]
    assert answers(sources, index) == stages["after"]
    left = [path.name for lens in ("dense", "lexical") for path in (index / lens).iterdir()]
    assert len(left) == 2, left


def test_killed_at_every_write_step(stages: dict[str, Any], zygote: Zygote, tmp_path: Path) -> None:
    """At every fifth one in the everyday run, where FOOTNOTE_KILLS is not set."""
    sources, index = fresh(stages, tmp_path, "count")
    steps = zygote.build(sources, index)["steps"]
    assert steps > 50
    for step in range(1, steps + 1, 1 if "FOOTNOTE_KILLS" in os.environ else 5):
        sources, index = fresh(stages, tmp_path, f"step{step}")
        assert zygote.build(sources, index, step=step)["killed"], step
        check(stages, zygote, sources, index)
        shutil.rmtree(tmp_path / f"step{step}")


def test_killed_at_random_moments(stages: dict[str, Any], zygote: Zygote, tmp_path: Path) -> None:
    """A few hundred with FOOTNOTE_KILLS=200; fewer in the everyday run."""
    rng, killed = random.Random(7), 0
    for n in range(int(os.environ.get("FOOTNOTE_KILLS", "10"))):
        sources, index = fresh(stages, tmp_path, f"n{n}")
        killed += zygote.build(sources, index, seconds=rng.uniform(0.0, 0.8))["killed"]
        check(stages, zygote, sources, index)
        shutil.rmtree(tmp_path / f"n{n}")
    assert killed


def test_what_was_embedded_before_the_kill_is_not_embedded_again(
    stages: dict[str, Any], zygote: Zygote, tmp_path: Path
) -> None:
    sources, index = fresh(stages, tmp_path, "whole")
    whole = zygote.build(sources, index)
    sources, index = fresh(stages, tmp_path, "half")
    assert zygote.build(sources, index, step=whole["steps"] - 3)["killed"]
    assert zygote.build(sources, index)["embedded"] == 0 < whole["embedded"]
