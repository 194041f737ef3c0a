"""Builds by a real Ray cluster on this machine: the same index to the bit, whatever is lost on the way."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import making
import numpy as np
import psutil
import pytest
from paths import ROOT
from ray_cluster import RayCluster

from rag.assistant import build
from rag.config import load_config
from rag.errors import WorkersProblem
from rag.types import BuildReport, Progress

pytestmark = [
    pytest.mark.xdist_group("ray"),
    pytest.mark.skipif(sys.platform != "linux", reason="the cluster of the tests is started on Linux"),
]

FILES = 24


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    """A head and two nodes."""
    running = RayCluster()
    try:
        for _ in range(2):
            running.add_node()
        yield running
    finally:
        running.remove()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many small files of several kinds, two of which cannot be read, and enough text for more than two checkpoints."""
    folder = tmp_path_factory.mktemp("ray") / "sources"
    folder.mkdir()
    rng = np.random.default_rng(5)
    words = (ROOT / "README.md").read_text("utf-8").split()
    for n in range(FILES):
        lines = (" ".join(rng.choice(words, int(rng.integers(3, 34)))) + "." for _ in range(20))
        (folder / f"{n:02}.md").write_text(f"# Number {n}\n\n" + "\n\n".join(lines), "utf-8")
    (folder / "page.html").write_text("<html><body><h1>Gas</h1><p>Gas was found in 1952.</p></body></html>")
    (folder / "table.csv").write_text("name,year\n" + "".join(f"ship {n},{1900 + n}\n" for n in range(30)))
    (folder / "road.pdf").write_bytes(making.pdf(lambda canvas: canvas.drawString(72, 700, "Roads are long.")))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4\n" + bytes(rng.integers(0, 255, 200, np.uint8)))
    (folder / "empty.txt").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def local(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildReport, dict[str, list[str]]]:
    """What this machine makes of them by itself: the report and the rows."""
    index = tmp_path_factory.mktemp("ray") / "index"
    return built(sources, index), rows(index)


def built(sources: Path, index: Path, cluster: str = "", tell: object = None) -> BuildReport:
    config = load_config(sources=sources, index=index, chunk_tokens=40, cluster=cluster)
    return build(config=config, progress=tell)  # type: ignore[arg-type]


def rows(index: Path) -> dict[str, list[str]]:
    """Every row of the truth, by table: files, documents, words, chunks, vectors, all bytes of them."""
    connection = apsw.Connection(str(index / "corpus.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(repr(row) for row in connection.execute(f'SELECT * FROM "{name}"'))
            for name in tables
            if name != "meta"
        }
    finally:
        connection.close()


def told(report: BuildReport) -> BuildReport:
    """A report without its time."""
    return dataclasses.replace(report, seconds=0.0)


def actors() -> list[psutil.Process]:
    """The processes of the cluster that read and embed."""
    return [
        one for one in psutil.process_iter(["name", "cmdline"]) if "ray::Node" in " ".join(one.info["cmdline"] or [])
    ]


def test_the_index_is_that_of_a_local_build_to_the_bit(
    cluster: RayCluster, sources: Path, local: tuple[BuildReport, dict[str, list[str]]], tmp_path: Path
) -> None:
    steps: list[Progress] = []
    report = built(sources, tmp_path / "index", cluster.address, steps.append)
    assert told(report) == told(local[0])
    assert rows(tmp_path / "index") == local[1]
    assert len(local[1]["vectors"]) > 130, "more than two checkpoints"
    assert {one.path for one in report.failed} == {"broken.pdf"}
    assert {one.path for one in report.no_text} == {"empty.txt"}
    done = [step.done for step in steps if step.stage == "reading"]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, FILES + 5)
    assert steps[-1].stage == "writing"


@pytest.mark.parametrize("stage", ["reading", "embedding"])
def test_a_node_lost_in_the_middle_changes_nothing(
    cluster: RayCluster,
    sources: Path,
    local: tuple[BuildReport, dict[str, list[str]]],
    tmp_path: Path,
    stage: str,
    rounds: int,
) -> None:
    if stage == "reading" and rounds <= 3:
        pytest.skip("only in the long form: --rounds 4")
    lost: list[int] = []
    assert [node.poll() for node in cluster.nodes] == [None, None], cluster.log()

    def lose(step: Progress) -> None:
        """The node that has worked most is switched off."""
        if step.stage == stage and not lost and (step.done >= 3 or stage == "embedding"):
            busiest = max(actors(), key=lambda one: sum(one.cpu_times()[:2]))
            above = {process.pid for process in busiest.parents()}
            (node,) = (one for one in cluster.nodes if one.pid in above)
            cluster.kill(node)
            lost.append(node.pid)

    report = built(sources, tmp_path / "index", cluster.address, lose)
    assert lost
    assert told(report) == told(local[0])
    assert rows(tmp_path / "index") == local[1]
    cluster.add_node()


def test_a_build_that_is_stopped_ends_its_actors_and_the_next_one_goes_on_from_there(
    cluster: RayCluster, sources: Path, local: tuple[BuildReport, dict[str, list[str]]], tmp_path: Path
) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "embedding" and step.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        built(sources, tmp_path / "index", cluster.address, stop)
    _, alive = psutil.wait_procs(actors(), timeout=60)
    assert not alive, "what the cluster was doing has ended"
    kept = len(rows(tmp_path / "index")["vectors"])
    assert kept >= 64
    report = built(sources, tmp_path / "index", cluster.address)
    assert report.chunks_embedded == local[0].chunks_embedded - kept
    assert rows(tmp_path / "index") == local[1]


def test_nodes_that_run_another_version_are_refused(
    cluster: RayCluster, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.workers.stamp._program", lambda: "changed")
    said = r"another version: footnote-rag is \S+ \(\w+\) there and \S+ \(changed\) here"
    with pytest.raises(WorkersProblem, match=said):
        built(sources, tmp_path / "index", cluster.address)


def test_a_cluster_that_is_not_there_is_told_at_once(sources: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkersProblem, match=r"The cluster at ray://127\.0\.0\.1:9 cannot be reached\. Start"):
        built(sources, tmp_path / "index", "ray://127.0.0.1:9")


def test_the_head_lost_in_the_middle_is_one_sentence_and_nothing_is_lost(
    cluster: RayCluster,
    sources: Path,
    local: tuple[BuildReport, dict[str, list[str]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last test, as there is no cluster after it."""
    monkeypatch.setenv("RAY_CLIENT_RECONNECT_GRACE_PERIOD", "2")

    def lose(step: Progress) -> None:
        if step.stage == "embedding" and step.done and cluster.head.poll() is None:
            cluster.kill(cluster.head)

    with pytest.raises(WorkersProblem, match=r"The cluster at ray://\S+ was lost\. Start Ray there"):
        built(sources, tmp_path / "index", cluster.address, lose)
    kept = len(rows(tmp_path / "index")["vectors"])
    assert kept >= 64
    report = built(sources, tmp_path / "index")
    assert report.chunks_embedded == local[0].chunks_embedded - kept
    assert rows(tmp_path / "index") == local[1]


def test_ray_is_imported_by_nobody_who_has_not_asked_for_it(tmp_path: Path) -> None:
    code = "import sys, rag.cli.commands, rag.assistant, rag.workers; print('ray' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
