"""Disks that break, fill up, refuse or dawdle: an answer is the right one, or a sentence says what is wrong."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from faults.places import ENVIRONMENT, Stages, made, seen

from rag.errors import IndexDamaged, IndexMissing, IndexUnwritable


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    return Stages(tmp_path_factory.mktemp("stages"))


def test_bits_of_the_index_are_flipped(stages: Stages, tmp_path: Path, trials: Any, rounds: int) -> None:
    """Anywhere in it: the truth, the lenses, their lists."""
    rng = random.Random(21)
    for n in range(10 * rounds):
        index = tmp_path / "index"
        shutil.copytree(stages.index, index)
        files = [path for path in index.rglob("*") if path.is_file() and path.stat().st_size]
        file = rng.choices(files, [path.stat().st_size for path in files])[0] if n % 2 else rng.choice(files)
        data = bytearray(file.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        file.write_bytes(data)
        told = False
        try:
            lost = "" if seen(stages.first, index) == stages.before else f"wrong answers after a bit of {file.name}"
        except (IndexDamaged, IndexMissing):
            told, lost = True, ""
        if told:  # what the sentence says helps
            shutil.rmtree(index)
            made(stages.first, index)
            lost = "" if seen(stages.first, index) == stages.before else "the build anew is not right"
        trials.note(lost)
        shutil.rmtree(index)


def test_the_disk_is_full(stages: Stages, small_disk: Path, trials: Any, rounds: int) -> None:
    rng, ballast = random.Random(22), small_disk / "ballast"
    for _ in range(rounds):
        index = small_disk / "index"
        shutil.copytree(stages.index, index)
        room = os.statvfs(small_disk)
        ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - rng.randrange(600_000))))
        struck, lost = False, ""
        try:
            made(stages.second, index)
        except IndexUnwritable as error:
            struck, lost = True, "" if "disk is full" in error.message else error.message
        if seen(stages.second, index) not in (stages.before, stages.after):
            lost = "wrong answers on a full disk"
        ballast.unlink()
        trials.note(lost or stages.lost(stages.second, index), struck=struck)
        shutil.rmtree(index)


BUILD = """
import sys
from pathlib import Path
from faults.places import made, seen
from rag.errors import FootnoteError
sources, index = map(Path, sys.argv[1:3])
print(seen(sources, index))
try:
    made(sources, index)
except FootnoteError as error:
    print(error)
    sys.exit(1)
"""


@pytest.mark.parametrize("how", ["read-only", "another's"])
def test_the_index_may_not_be_written(stages: Stages, tmp_path: Path, trials: Any, how: str) -> None:
    """Nobody may write it, or only its owner, who is somebody else: it answers, and a build says why it cannot."""
    as_others = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner,-chown"]
    if (
        os.geteuid() != 0
        or shutil.which("setpriv") is None
        or subprocess.run([*as_others, "true"], check=False).returncode
    ):
        pytest.skip("only root can give files away, without passing over permissions itself")
    sources, index = stages.fresh(tmp_path / "refused")
    for path in (*index.rglob("*"), index):
        if how == "read-only":
            path.chmod(0o555 if path.is_dir() else 0o444)
        else:
            path.chmod(0o755 if path.is_dir() else 0o644)
            os.chown(path, 65534, 65534)
    done = run(*as_others, sys.executable, "-c", BUILD, str(sources), str(index))
    for path in (index, *index.rglob("*")):
        path.chmod(0o755)
        os.chown(path, 0, 0)
    answered, refused = str(stages.before) in done.stdout, "cannot be written" in done.stdout
    lost = "" if answered and refused and done.returncode == 1 else done.stdout[-300:] + done.stderr[-600:]
    trials.note(lost or stages.lost(sources, index))


def test_the_disk_is_slow(stages: Stages, tmp_path: Path, trials: Any, rounds: int) -> None:
    """Every write takes a while; whoever asks meanwhile is answered from the last generation, or from the new one."""
    delay = "fsync,fdatasync,pwrite64,rename,unlink"
    slowly = [
        "strace",
        "-f",
        "-qq",
        "-o",
        os.devnull,
        "-e",
        f"trace={delay}",
        "-e",
        f"inject={delay}:delay_enter=20000",
    ]
    if shutil.which("strace") is None or subprocess.run([*slowly, "true"], check=False).returncode:
        pytest.skip("a disk cannot be slowed down here (strace)")
    for n in range(max(1, rounds // 3)):
        sources, index = stages.fresh(tmp_path / str(n))
        building = threading.Thread(target=run, args=(*slowly, sys.executable, "-c", BUILD, str(sources), str(index)))
        building.start()
        wrong, asked = 0, 0
        while building.is_alive():
            each = zip(seen(sources, index), stages.before, stages.after, strict=True)
            wrong += not all(found in (before, after) for found, before, after in each)  # the build ends between two
            asked += 1
        building.join()
        lost = f"{wrong} wrong answers" if wrong else "" if seen(sources, index) == stages.after else "a wrong end"
        trials.note(lost, struck=asked > 0)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
