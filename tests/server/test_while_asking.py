"""A build in one process and questions in another: no failed question, and every answer is of one generation."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from building import build
from filelock import FileLock
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import IndexLocked

HERE = Path(__file__).resolve().parents[1]
BUILDER = """
import sys
from pathlib import Path
from words import WordEncoder
from building import build
sources, index = Path(sys.argv[1]), Path(sys.argv[2])
for n in range(8):
    for name in ("one", "two"):
        (sources / f"{name}.txt").write_text(f"The counter {name} now stands at value{n}. " + "Filler words. " * 40)
    build(sources, index, encoder=WordEncoder(), size=40, overlap=1, workers=1)
"""


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, Path]:
    sources, index = tmp_path / "sources", tmp_path / "index"
    sources.mkdir()
    for name in ("one", "two"):
        (sources / f"{name}.txt").write_text(f"The counter {name} now stands at value0.")
    build(sources, index, encoder=WordEncoder(), size=40, overlap=1, workers=1)
    return sources, index


def test_questions_during_builds_never_fail_and_never_mix_generations(place: tuple[Path, Path]) -> None:
    sources, index = place
    config = load_config(sources=sources, index=index, chunk_tokens=40)
    stop, seen, troubles = threading.Event(), [], []
    with Assistant(config, WordEncoder()) as assistant:

        def ask() -> None:
            while not stop.is_set():
                try:
                    found = assistant.search("where does the counter stand now", k=20)
                    values = {
                        word for p in found for word in p.text.replace(".", "").split() if word.startswith("value")
                    }
                    seen.append(frozenset(values))
                except Exception as error:  # whatever it is, it is what this test looks for
                    troubles.append(error)

        askers = [threading.Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        command = [sys.executable, "-c", BUILDER, str(sources), str(index)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
        try:
            subprocess.run(command, check=True, env=environment, timeout=120)
        finally:
            stop.set()
            for asker in askers:
                asker.join()
        last = assistant.search("where does the counter stand now", k=20)
    assert troubles == []
    assert {len(values) for values in seen} == {1}, "both files change together, so one answer shows one value"
    assert len(set(seen)) > 3
    assert any("value7" in p.text for p in last)


def test_a_second_builder_in_another_process_is_told_who_holds_the_lock(place: tuple[Path, Path]) -> None:
    sources, index = place
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom rag.storage import locked_for_builds\n"
        "with locked_for_builds(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.readline()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(IndexLocked, match=f"process {holder.pid}"):
            build(sources, index, encoder=WordEncoder(), size=40, overlap=1)
    finally:
        holder.communicate("\n")
    with FileLock(index / "build.lock", timeout=5):
        pass
    build(sources, index, encoder=WordEncoder(), size=40, overlap=1)
