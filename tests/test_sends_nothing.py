"""Nothing is looked up and nothing is sent, seen from below Python: every packet of a closed-off network is noted.

Native libraries have threads that no hook in Python sees; ONNX Runtime sends its maker who uses it from one of those.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import making
import pytest
from paths import ROOT

REQUIRED = os.environ.get("FOOTNOTE_ENCLOSED") == "required"
ENCLOSED = ["unshare", "--map-root-user", "--net", "--kill-child", sys.executable, str(ROOT / "tests" / "enclosed.py")]
SWITCHES = ("HF_", "ORT_", "GRADIO", "TRANSFORMERS", "XDG_", "DO_NOT_TRACK", "ANONYMIZED")
OURS = ".cache/footnote/"  # what `rag eval` keeps of answers, to be quick the next time
SERVE = """
import json, os, re, signal, subprocess, sys, time, urllib.request

def call(path, given=None):
    data = None if given is None else json.dumps(given).encode()
    request = urllib.request.Request(address + path, data, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=240) as response:
        return response.read().decode()

server = subprocess.Popen([sys.executable, "-m", "rag", "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
address = next(found[0] for line in server.stderr if (found := re.search(r"http://127[^ ]+", line)))
assert "Arabian Sea" in call("/page/ask", {"question": "Where does the port of Gwadar lie?"})
assert "/ask" in call("/gradio_api/info"), "Gradio is loaded by now"
time.sleep(5)  # what phones home does so a while after the start
assert server.poll() is None
server.send_signal(signal.SIGINT)
server.wait(60)

watching = subprocess.Popen([sys.executable, "-m", "rag", "watch"], stdout=subprocess.PIPE, text=True)
next(line for line in watching.stdout if "unchanged" in line)
open("sources/b.txt", "w").write("Fuel is carried across the border.")
next(line for line in watching.stdout if "1 added" in line)
watching.send_signal(signal.SIGINT)
watching.wait(60)
"""
LIBRARIES = """
import time
import numpy as np
import faiss, tantivy, tokenizers, pypdfium2, apsw, tiktoken, huggingface_hub, py3langid, trafilatura, lxml.html
import python_calamine, watchfiles, onnxruntime
from rag.models.encoder.encoder import bundled_folder
from rag.models.encoder.reference import Reference

index = faiss.IndexHNSWFlat(8, 8)
index.add(np.eye(8, dtype="float32"))
index.search(np.eye(8, dtype="float32"), 2)
print(Reference(str(bundled_folder()), None, offline=True).query("a port").shape)
time.sleep(5)
"""
RAY = """
import os, subprocess, sys, time
from ray_cluster import RayCluster

cluster = RayCluster()
try:
    cluster.add_node()
    said = subprocess.run(
        [sys.executable, "-m", "rag", "build"],
        env=os.environ | {"FOOTNOTE_WORKERS": cluster.address},
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr + cluster.log()
    time.sleep(5)
finally:
    cluster.remove()
"""


def noted(work: Path, *command: str, **more: str) -> list[str]:
    """What a command looked up and where it sent something; it has no switch and an empty home, and must succeed."""
    reason = ""
    if sys.platform != "linux" or shutil.which("unshare") is None or shutil.which("ip") is None:
        reason = "there are no network namespaces here (unshare and ip)"
    elif subprocess.run([*ENCLOSED, os.devnull, "true"], capture_output=True, check=False).returncode:
        reason = "a network namespace cannot be made here"
    if reason and REQUIRED:
        pytest.fail(f"{reason}, and FOOTNOTE_ENCLOSED=required")
    if reason:
        pytest.skip(reason)
    home = work / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SWITCHES)}
    kept |= {"HOME": str(home), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", **more}
    line = [*ENCLOSED, str(work / "notes"), *command]
    done = subprocess.run(line, cwd=work, env=kept, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    left = [path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()]
    assert [path for path in left if not path.startswith(OURS)] == [], "a library left something in the home"
    return (work / "notes").read_text().splitlines()


def rag(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "rag", *arguments]


def inner_test(work: Path, test: str) -> list[str]:
    """One test of ours by pytest, with folders of its own: in a namespace it cannot sweep those of earlier runs."""
    base = f"--basetemp={work / 'inner'}"
    return [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", base, test]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sources of several kinds, one of them a scan where OCR is installed."""
    place = tmp_path_factory.mktemp("enclosed")
    (place / "sources").mkdir()
    (place / "sources" / "a.md").write_text("# Ports\n\nThe port of Gwadar lies on the Arabian Sea.\n")
    page = "<link rel=stylesheet href='http://192.0.2.1/x.css'><h1>Gas</h1><img src='//192.0.2.1/x'>"
    page += "<p>The gas of Sui was found in 1952.</p>"
    (place / "sources" / "c.html").write_text(f"<html><body>{page}</body></html>")
    (place / "sources" / "d.pdf").write_bytes(making.pdf(lambda canvas: canvas.drawString(72, 700, "Roads are long.")))
    case = '{"id": "1", "question": "Where does the port of Gwadar lie?", "answerable": true}\n'
    (place / "cases.jsonl").write_text(case)
    return place


def test_the_notes_know_of_a_look_up_and_of_a_packet(tmp_path: Path) -> None:
    assert noted(tmp_path, "getent", "hosts", "example.org") == ["name example.org"]
    code = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.9', 9))"
    assert noted(tmp_path, sys.executable, "-c", code) == ["address 203.0.113.9"]
    code = "import socket; socket.socket(socket.AF_INET6).connect_ex(('2001:db8::9', 443))"
    assert noted(tmp_path, sys.executable, "-c", code) == ["address 2001:db8::9"]


def test_building_asking_and_evaluating_send_nothing(work: Path) -> None:
    assert noted(work, *rag("build")) == []
    assert noted(work, *rag("ask", "Where does the port of Gwadar lie?")) == []
    assert noted(work, *rag("eval", "cases.jsonl")) == []


def test_serving_and_watching_send_nothing(work: Path) -> None:
    assert noted(work, *rag("build")) == []
    assert noted(work, sys.executable, "-c", textwrap.dedent(SERVE)) == []


def test_building_by_a_ray_cluster_sends_nothing_beyond_it(work: Path) -> None:
    (work / "sources" / "ray.md").write_text("# Ray\n\nThe ray swims off the coast.\n")
    assert noted(work, sys.executable, "-c", textwrap.dedent(RAY)) == []


def test_native_libraries_and_the_reference_encoder_send_nothing(tmp_path: Path) -> None:
    assert noted(tmp_path, sys.executable, "-c", "import rag.models.onnx\n" + LIBRARIES) == []


def test_reading_by_ocr_sends_nothing(tmp_path: Path) -> None:
    pytest.importorskip("tesserocr", reason="OCR is not installed (pip install 'footnote-rag[ocr]')")
    test = f"{ROOT / 'tests' / 'parsing' / 'test_ocr.py'}::test_a_scanned_page_is_read_in_the_order_of_its_columns"
    assert noted(tmp_path, *inner_test(tmp_path, test)) == []


def test_training_sends_nothing(tmp_path: Path) -> None:
    """On 200 questions."""
    test = f"{ROOT / 'tests' / 'test_training_joint.py'}::test_training_goes_on_where_it_was_broken_off"
    assert noted(tmp_path, *inner_test(tmp_path, test)) == []


def test_searching_in_milvus_sends_nothing_but_to_its_server(tmp_path: Path) -> None:
    """Milvus Lite and the library that speaks to it."""
    pytest.importorskip("milvus_lite", reason="Milvus Lite is not installed")
    file = ROOT / "tests" / "engines" / "test_index_in_milvus.py"
    test = f"{file}::test_an_index_searched_by_milvus_answers_as_one_in_its_folder"
    assert noted(tmp_path, *inner_test(tmp_path, test)) == []


def test_originals_go_to_their_store_and_nowhere_else(tmp_path: Path) -> None:
    """Neither keys nor a region are looked for in the network, whatever the environment says."""
    file = ROOT / "tests" / "shared" / "test_originals_in_s3.py"
    test = f"{file}::test_an_index_in_a_folder_may_have_its_originals_there_too"
    own = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys", "AWS_PROFILE": "me"}
    assert noted(tmp_path, *inner_test(tmp_path, test), **own) == []
