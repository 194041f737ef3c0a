"""The setting `lenses`: an index is built and asked through Milvus as through its own folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import milvus_server
import pytest

import rag
from rag.assistant import build, create_empty_index
from rag.collections import CollectionFolder, delete_collection
from rag.config import Config, config_of_collection, load_config
from rag.errors import ConfigProblem, IndexProblem
from rag.types import Passage

TEXTS = {
    "harbour.md": "# The harbour\n\nThe harbour was closed for three weeks in March. Nine ferries waited outside.\n",
    "bridge.md": "# The bridge\n\nThe bridge carries two lanes. It was opened by the mayor in 1931.\n",
    "schools.md": "# Schools\n\nLiteracy among women rose to 64 percent. Twelve schools were built.\n",
}
QUESTIONS = ["When was the bridge opened?", "How many ferries waited?", "literacy of women", "harbour"]


def written(folder: Path) -> Path:
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text)
    return folder


def found(config: Config) -> list[list[tuple[str, str, float]]]:
    with rag.open(config.index, config=config) as assistant:
        return [[said(one) for one in assistant.search(question)] for question in QUESTIONS]


def said(one: Passage) -> tuple[str, str, float]:
    return one.document.path, one.text, round(one.score, 6)


def test_an_index_searched_by_milvus_answers_as_one_in_its_folder(tmp_path: Path) -> None:
    sources = written(tmp_path / "sources")
    own = Config(sources=sources, index=tmp_path / "own")
    shared = Config(
        sources=sources, index=tmp_path / "shared", lenses=f"{milvus_server.address()}#{milvus_server.new_name()}"
    )
    for _ in range(2):
        for config in (own, shared):
            build(config=config)
        assert found(shared) == found(own)
        (sources / "bridge.md").unlink(missing_ok=True)
        (sources / "new.md").write_text("# Coffee\n\nThe port sells coffee from 1931 on.\n")
    assert not (shared.index / "dense").exists()
    assert not (shared.index / "lexical").exists()
    with rag.open(shared.index, config=shared) as assistant:
        answer = assistant.ask("How many ferries waited?")
        assert answer.claims[0].citations[0].quote in TEXTS["harbour.md"]


def test_search_files_that_the_server_has_lost_are_written_again_at_the_next_question(tmp_path: Path) -> None:
    name = milvus_server.new_name()
    config = Config(
        sources=written(tmp_path / "sources"), index=tmp_path / "index", lenses=f"{milvus_server.address()}#{name}"
    )
    build(config=config)
    before, client = found(config), milvus_server.client_of(milvus_server.address())
    mine = [one for one in client.list_collections() if one.startswith(f"footnote_{name}_")]
    assert len(mine) == 2
    for one in mine:
        client.drop_collection(one)
    assert found(config) == before


def test_without_the_server_a_build_says_so_and_keeps_what_was_read(tmp_path: Path) -> None:
    config = Config(sources=written(tmp_path / "sources"), index=tmp_path / "index", lenses="milvus://127.0.0.1:1")
    for start in (lambda: build(config=config), lambda: create_empty_index(config)):
        with pytest.raises(IndexProblem, match=r"The Milvus server at 127\.0\.0\.1:1 cannot be reached"):
            start()
    again = config.model_copy(update={"lenses": ""})
    assert build(config=again).chunks_embedded == 0  # what was read and embedded was kept


def test_the_address_is_a_secret_and_no_setting_of_a_collection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LENSES", "milvus://someone:secret-word@host:19530")
    config = load_config()
    assert config.lenses.endswith("@host:19530")
    assert "secret-word" not in repr(config)
    (tmp_path / "rag.toml").write_text('lenses = "milvus://elsewhere"\n')
    with pytest.raises(ConfigProblem, match="lenses is not one of a collection"):
        config_of_collection(config, tmp_path, tmp_path, tmp_path / "rag.toml")


def test_the_doctor_tells_how_far_deleting_has_come_and_delete_reaches_the_server(tmp_path: Path) -> None:
    name = milvus_server.new_name()
    sources = written(tmp_path / "sources")
    config = Config(sources=sources, index=tmp_path / "index")
    build(config=config)
    config = config.model_copy(update={"lenses": f"{milvus_server.address()}#{name}"})
    build(config=config)

    def rag_of(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "FOOTNOTE_LENSES": config.lenses}
        command = [sys.executable, "-m", "rag", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    def checks() -> dict[str, Any]:
        told = json.loads(rag_of("doctor", "--json").stdout)
        return {one["name"]: one for one in told if one["name"].startswith("deleting: ")}

    found = checks()
    assert [name for name, one in found.items() if not one["ok"]] == ["deleting: search files"]
    assert found["deleting: search files"]["hint"].startswith("Milvus searches now. Remove them: rm -r ")
    for folder in ("dense", "lexical"):
        shutil.rmtree(config.index / folder)
    assert all(one["ok"] for one in checks().values())
    refused = rag_of("doctor", "--drop", "no-such-index", "--yes")
    assert (refused.returncode, refused.stderr.splitlines()[-1]) == (1, "See what is: rag doctor")
    assert rag_of("delete", "index").returncode == 1, "nobody says yes"
    assert rag_of("delete", "index", "--yes").returncode == 0
    client = milvus_server.client_of(milvus_server.address())
    assert not [one for one in client.list_collections() if one.startswith(f"footnote_{name}_")]
    assert "There is no index in index" in rag_of("delete", "index", "--yes").stderr


def test_a_collection_that_is_deleted_leaves_nothing_on_the_server(tmp_path: Path) -> None:
    name = milvus_server.new_name()
    settings = Config(collections=tmp_path, lenses=f"{milvus_server.address()}#{name}")
    folder = CollectionFolder(tmp_path)
    made = folder.make("Reports")
    shutil.copytree(written(tmp_path / "texts"), made.sources, dirs_exist_ok=True)
    build(config=config_of_collection(settings, made.sources, made.index, made.settings))
    client = milvus_server.client_of(milvus_server.address())
    assert [one for one in client.list_collections() if one.startswith(f"footnote_{name}_")]
    delete_collection(folder, settings, made.name)
    assert folder.get(made.name) is None
    assert not [one for one in client.list_collections() if one.startswith(f"footnote_{name}_")]
    again = folder.make("Reports")
    gone = settings.model_copy(update={"lenses": "milvus://127.0.0.1:1"})
    with pytest.raises(ConfigProblem, match="Reports is deleted, but not its searches"):
        delete_collection(folder, gone, again.name)
    assert folder.get(again.name) is None
