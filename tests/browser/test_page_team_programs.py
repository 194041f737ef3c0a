"""Programs ask collections as they ask a single index; who starts a server that nobody may use is told so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.collections import CollectionFolder
from rag.server.users import users_file_line

from .driving import HARBOUR, LIGHTHOUSE
from .serving import ROOT, Server, free_port, served_collections

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two collections, for whoever is at this machine."""
    folder = CollectionFolder(tmp_path_factory.mktemp("team"))
    for title, file, text in (("Lights", "lighthouse.md", LIGHTHOUSE), ("Harbours", "harbour.txt", HARBOUR)):
        (folder.make(title).sources / file).write_text(text, encoding="utf-8")
    with served_collections(folder.root) as running:
        yield running


def test_gradio_client_asks_one_collection_or_several(team: Server) -> None:
    script = (
        "import json, sys, time\n"
        "from gradio_client import Client\n"
        "found = []\n"
        "for names in ('lights', 'harbours+lights'):\n"
        "    client = Client(f'{sys.argv[1]}c/{names}/', verbose=False, httpx_kwargs={'timeout': 120})\n"
        "    while client.predict(api_name='/progress')['state'] != 'done': time.sleep(0.2)\n"
        "    answer = client.predict(question='When was the lighthouse at Cape Orrin first lit?', api_name='/ask')\n"
        "    found.append([answer['markdown'], [each['path'] for each in client.predict(api_name='/sources')]])\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, team.url], capture_output=True, text=True, check=True, cwd=ROOT
    )
    alone, together = json.loads(done.stdout.splitlines()[-1])
    assert "1871" in alone[0]
    assert alone[1] == ["lighthouse.md"]
    assert "1871" in together[0]
    assert together[1] == ["harbours/harbour.txt", "lights/lighthouse.md"]


def test_a_server_that_nobody_may_use_says_so(tmp_path: Path) -> None:
    users = tmp_path / "users.txt"
    users.write_text(users_file_line("ada", "a long password") + "\n")
    command = [sys.executable, "-m", "rag", "serve", "--collections", str(tmp_path / "all"), "--auth", str(users)]
    with subprocess.Popen(
        [*command, "--port", str(free_port())], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        assert server.stderr.readline().strip().endswith("rag collections grant NAME manage")
        assert "Footnote is at" in server.stderr.readline()
        server.terminate()
