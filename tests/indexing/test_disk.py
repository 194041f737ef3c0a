"""Trouble with the disk: full, read-only, or returning other bytes than were written. Never a wrong answer."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from building import build
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import IndexDamaged, IndexMissing, IndexUnwritable
from rag.storage import Store
from rag.types import BuildReport, IndexWriter

HERE = Path(__file__).resolve().parents[1]
QUESTIONS = ("people died near Sibi", "fuel across the border", "a paragraph about number 21")
LIMITED = """
import resource, sys
from pathlib import Path
from words import WordEncoder
from rag.errors import IndexUnwritable
from building import build
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    build(Path(sys.argv[1]), Path(sys.argv[2]), encoder=WordEncoder(), size=40, overlap=1, workers=1)
except IndexUnwritable as error:
    print(error)
    sys.exit(1)
"""


def write_first(sources: Path) -> None:
    sources.mkdir(parents=True)
    (sources / "train.md").write_text("# Trains\n\nThe train stopped near Sibi. Sixty-four people died there.\n")
    (sources / "border.txt").write_text("Fuel is carried across the border every night.\n")


def write_second(sources: Path) -> None:
    paragraphs = (f"This paragraph is about number {i}. {'Filler words here. ' * 5}" for i in range(300))
    (sources / "many.txt").write_text("\n\n".join(paragraphs))
    (sources / "border.txt").unlink()


def made(sources: Path, index: Path) -> BuildReport:
    return build(sources, index, encoder=WordEncoder(), size=40, overlap=1, workers=1)


def answers(sources: Path, index: Path) -> object:
    config = load_config(sources=sources, index=index, chunk_tokens=40)
    with Assistant(config, WordEncoder()) as assistant:
        asked = [[passage.to_dict() for passage in assistant.search(q, 20)] for q in QUESTIONS]
        return asked, [source.to_dict() for source in assistant.documents()]


def test_a_full_disk_keeps_the_last_generation_and_says_so(small_disk: Path, tmp_path: Path) -> None:
    sources, index, ballast = tmp_path / "sources", small_disk / "index", small_disk / "ballast"
    write_first(sources)
    made(sources, index)
    before = answers(sources, index)
    write_second(sources)
    made(sources, tmp_path / "clean")
    after = answers(sources, tmp_path / "clean")
    told = []
    for free in range(0, 2_000_000, 150_000):
        room = os.statvfs(small_disk)
        ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - free)))
        try:
            made(sources, index)
        except IndexUnwritable as error:
            told.append(error)
        else:
            break
        # It may have been full only after the commit, when the log is worked into the file.
        assert answers(sources, index) in (before, after), free
        ballast.unlink()
    assert len(told) > 3
    assert all("disk is full" in error.message and error.hint.endswith(".") for error in told)
    ballast.unlink(missing_ok=True)
    made(sources, index)
    assert answers(sources, index) == after != before


def test_what_went_wrong_is_told_and_not_what_came_of_it(tmp_path: Path) -> None:
    """Rows that are being read when a lens cannot be written lock the log: that is no damage."""
    write_first(tmp_path / "sources")
    made(tmp_path / "sources", tmp_path / "index")

    def go_wrong(writer: IndexWriter) -> None:
        for _ in writer.texts(one for one, _ in writer.documents()):
            raise OSError("what went wrong")

    with pytest.raises(OSError, match="what went wrong"), Store(tmp_path / "index").writer() as writer:
        go_wrong(writer)
    made(tmp_path / "sources", tmp_path / "index")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits to a process's files here")
def test_a_file_that_may_not_grow_keeps_the_last_generation(tmp_path: Path) -> None:
    sources, index = tmp_path / "sources", tmp_path / "index"
    write_first(sources)
    made(sources, index)
    before = answers(sources, index)
    write_second(sources)
    refused = 0
    for most in (0, 20_000, 150_000, 300_000):
        command = [sys.executable, "-c", LIMITED, str(sources), str(index), str(most)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stderr
        if done.returncode == 0:
            break
        refused += 1
        assert done.returncode == 1
        assert "cannot be written" in done.stdout
        assert answers(sources, index) == before, most
    assert refused > 1
    made(sources, index)
    made(sources, tmp_path / "clean")
    assert answers(sources, index) == answers(sources, tmp_path / "clean") != before


def test_a_read_only_index_answers_and_a_build_says_what_is_wrong(tmp_path: Path) -> None:
    """As root in a process without the right to pass over permissions; else as whoever runs the tests."""
    as_others: list[str] = []
    if os.geteuid() == 0:
        as_others = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
        if shutil.which("setpriv") is None or subprocess.run([*as_others, "true"], check=False).returncode:
            pytest.skip("root passes over permissions, and setpriv cannot take that away here")
    sources, index = tmp_path / "sources", tmp_path / "index"
    write_first(sources)
    rag = [sys.executable, "-m", "rag"]
    places = ["--index", str(index)]
    subprocess.run([*rag, "build", "--sources", str(sources), *places], check=True, capture_output=True)
    for path in (*index.rglob("*"), index):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        asked = subprocess.run(
            [*as_others, *rag, "search", "Who died near Sibi?", *places], capture_output=True, text=True, check=False
        )
        assert asked.returncode == 0, asked.stderr
        assert "Sixty-four" in asked.stdout
        write_second(sources)
        built = subprocess.run(
            [*as_others, *rag, "build", "--sources", str(sources), *places],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for path in (index, *index.rglob("*")):
            path.chmod(0o755)
    assert built.returncode == 1
    assert "Traceback" not in built.stderr
    assert "cannot be written" in built.stderr
    assert "permissions" in built.stderr


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("whole")
    write_first(place / "sources")
    (place / "sources" / "many.txt").write_text("\n\n".join(f"A paragraph about number {i}." * 4 for i in range(60)))
    made(place / "sources", place / "index")
    return place


def test_no_flipped_bit_of_the_truth_changes_an_answer(whole: Path, tmp_path: Path) -> None:
    """Anywhere in the file; a few hundred with FOOTNOTE_FLIPS=400."""
    sources, index = whole / "sources", tmp_path / "index"
    expected = answers(sources, whole / "index")
    shutil.copytree(whole / "index", index)
    good = (index / "corpus.db").read_bytes()
    rng, told = random.Random(5), []
    for _ in range(int(os.environ.get("FOOTNOTE_FLIPS", "60"))):
        data = bytearray(good)
        at = rng.randrange(len(data)) if rng.random() < 0.8 else rng.randrange(200)
        data[at] ^= 1 << rng.randrange(8)
        (index / "corpus.db").write_bytes(data)
        try:
            assert answers(sources, index) == expected, at
        except IndexDamaged as error:
            told.append(error)
    assert len(told) > 10
    assert all("build again" in error.hint for error in told)


def test_a_build_over_a_damaged_truth_is_refused_or_right(whole: Path, tmp_path: Path) -> None:
    sources = whole / "sources"
    expected = answers(sources, whole / "index")
    good = (whole / "index" / "corpus.db").read_bytes()
    rng = random.Random(6)
    for n in range(12):
        index = tmp_path / f"index{n}"
        shutil.copytree(whole / "index", index)
        data = bytearray(good)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        (index / "corpus.db").write_bytes(data)
        try:
            made(sources, index)
            assert answers(sources, index) == expected
        except IndexDamaged:
            shutil.rmtree(index)  # what the hint says
            made(sources, index)
            assert answers(sources, index) == expected


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_truth_is_refused_or_the_same(whole: Path, tmp_path: Path, part: float) -> None:
    index = tmp_path / "index"
    shutil.copytree(whole / "index", index)
    data = (index / "corpus.db").read_bytes()
    (index / "corpus.db").write_bytes(data[: int(len(data) * part)])
    try:
        found = answers(whole / "sources", index)
    except (IndexDamaged, IndexMissing):
        pass
    else:
        assert part > 0.9, "so much cannot be missed"
        assert found == answers(whole / "sources", whole / "index")
