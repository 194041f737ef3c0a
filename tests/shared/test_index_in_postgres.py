"""The setting `index = "postgresql://…"`: built, asked, seen by other processes, lost and found again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from building import build
from postgres import PostgresServer
from seam.implementations import store, written
from words import WordEncoder

from rag.assistant import Assistant, create_empty_index, index_of
from rag.config import Config, config_of_collection, load_config
from rag.errors import ConfigProblem, IndexProblem
from rag.evidence import Viewer
from rag.indexing import build as build_index
from rag.server.api import Endpoints

QUESTIONS = ("people died near Sibi", "fuel across the border", "paragraph about number 21")


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "train.md").write_text("# Trains\n\nThe train stopped near Sibi. Sixty-four people died there.\n")
    (folder / "border.txt").write_text("Fuel is carried across the border every night.\n")
    (folder / "many.txt").write_text("\n\n".join(f"This paragraph is about number {i}." * 4 for i in range(40)))
    return folder


def built(config: Config) -> None:
    report = build_index(config.sources, index_of(config), encoder=WordEncoder(), size=config.chunk_tokens, overlap=1)
    assert not report.failed


def seen(config: Config) -> list[list[tuple[str, int, float, str]]]:
    with Assistant(config, WordEncoder()) as assistant:
        return [
            [(p.document.path, p.chunk.id, p.score, p.text) for p in assistant.search(question)]
            for question in QUESTIONS
        ]


def test_it_answers_as_the_embedded_index_does(url: str, sources: Path, tmp_path: Path) -> None:
    config = load_config(sources=sources, index=url, chunk_tokens=40)
    built(config)
    build(sources, tmp_path / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    embedded = load_config(sources=sources, index=tmp_path / "index", chunk_tokens=40)
    assert seen(config) == seen(embedded)
    (sources / "border.txt").unlink()
    (sources / "new.txt").write_text("The harbour master counts ships.")
    built(config)
    build(sources, tmp_path / "index", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    assert seen(config) == seen(embedded)


def test_another_machine_makes_its_own_search_files(
    url: str, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = load_config(sources=sources, index=url, chunk_tokens=40)
    built(here)
    found = seen(here)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    there = load_config(sources=sources, index=url, chunk_tokens=40)
    assert there.index != here.index
    assert seen(there) == found


def test_another_machine_whose_search_files_are_behind_answers_while_one_builds(
    url: str, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = load_config(sources=sources, index=url, chunk_tokens=40)
    built(here)
    found = seen(here)
    with index_of(here).truth.writer():
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
        there = load_config(sources=sources, index=url, chunk_tokens=40)
        assert not there.index.exists()
        assert seen(there) == found


def test_several_that_miss_the_search_files_write_them_once(
    url: str, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(load_config(sources=sources, index=url, chunk_tokens=40))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
    there = load_config(sources=sources, index=url, chunk_tokens=40)
    with ThreadPoolExecutor(4) as several:
        told = list(several.map(lambda _: seen(there), range(4)))
    assert all(one == told[0] for one in told)


@pytest.mark.parametrize("where", ["folder", "PostgreSQL"])
def test_what_a_stopped_build_has_left_goes_with_the_next_one(
    url: str, sources: Path, tmp_path: Path, where: str
) -> None:
    """Also where nothing else has changed: its file was taken away before it was ever shown."""
    config = load_config(sources=sources, index=url if where == "PostgreSQL" else tmp_path / "i", chunk_tokens=40)
    built(config)
    secret = written(["A secret line."])
    with index_of(config).truth.writer() as writer:
        store(writer, [secret], writer.recipe)
        assert writer.has_unnamed()
    built(config)
    with index_of(config).truth.writer() as writer:
        assert not writer.has_unnamed()
    assert all(one.done for one in index_of(config).truth.remains())


def test_an_open_assistant_takes_over_what_is_built(url: str, sources: Path) -> None:
    config = load_config(sources=sources, index=url, chunk_tokens=40)
    assert create_empty_index(config, WordEncoder())
    assert not create_empty_index(config, WordEncoder())
    with Assistant(config, WordEncoder()) as assistant:
        assert assistant.documents() == []
        assert assistant.sources_folder == sources
        assistant.build()
        assert len(assistant.documents()) == 3


def test_the_commands_take_an_address(url: str, sources: Path, tmp_path: Path) -> None:
    def rag(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag", *arguments]
        environment = {**os.environ, "FOOTNOTE_INDEX": url}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    done = rag("build", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(rag("ask", "How many people died near Sibi?", "--json").stdout)
    assert [c["path"] for claim in answer["claims"] for c in claim["citations"]] == ["train.md"]
    checks = {one["name"]: one for one in json.loads(rag("doctor", "--json").stdout)}
    assert (checks["index"]["ok"], "3 of 3 files indexed" in checks["index"]["said"]) == (True, True)
    assert not (tmp_path / "index").exists()
    refused = rag("ask", "How many?", "--index", "postgresql://anna:s3cret@127.0.0.1:1/db#a")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 2
    assert "s3cret" not in refused.stderr


def test_an_address_in_the_settings_is_not_shown(tmp_path: Path) -> None:
    config = load_config(index="postgresql://anna:s3cret@db.example.org/papers#reports")
    assert config.place == "postgresql://db.example.org/papers#reports"
    assert config.index.parent == tmp_path / "cache" / "footnote" / "indexes"
    assert "s3cret" not in f"{config!r} {config.index}"
    assert load_config(index="postgresql://db.example.org/papers#other").index != config.index
    assert load_config(index=config.index).database == ""
    with pytest.raises(ConfigProblem, match="no #collection") as refused:
        load_config(index="postgresql://anna:s3cret@db.example.org/papers")
    assert "s3cret" not in f"{refused.value} {refused.value.__cause__}"
    own = config_of_collection(config, tmp_path, tmp_path / "own", tmp_path / "none.toml")
    assert (own.index, own.database) == (tmp_path / "own", "")


def test_without_the_driver_a_sentence_says_what_to_install(tmp_path: Path) -> None:
    """Nothing of it is imported where the index is a folder."""
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from rag.assistant import index_of\n"
        "from rag.config import load_config\n"
        "index_of(load_config(index='index'))\n"
        "try: index_of(load_config(index='postgresql://h/d#c'))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.startswith("ConfigProblem An index in PostgreSQL needs a driver")
    assert "pip install 'footnote-rag[shared]'" in done.stdout


def test_a_server_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    config = load_config(sources=tmp_path, index=f"postgresql:///db?host={tmp_path}#a")
    with pytest.raises(IndexProblem, match="cannot be reached"):
        Assistant(config, WordEncoder())


def test_who_serves_an_index_whose_database_is_gone_is_not_ready(sources: Path) -> None:
    alone = PostgresServer().start()
    try:
        config = load_config(sources=sources, index=alone.url("papers"), chunk_tokens=40)
        built(config)
        with Assistant(config, WordEncoder()) as assistant:
            endpoints = Endpoints(Viewer(assistant), ())
            assert endpoints.standing() == (False, ""), "no models are loaded yet"
            endpoints.readiness.ready = True
            assert endpoints.standing() == (True, "")
            alone.kill()
            assert endpoints.standing() == (False, "The index cannot be asked.")
            alone.start()
            assert endpoints.standing() == (True, "")
    finally:
        alone.remove()
