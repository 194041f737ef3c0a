"""Settings: defaults < rag.toml < environment < flags; a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.config import config_of_collection, load_config
from rag.errors import ConfigProblem


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_each_source_of_settings_overrides_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (load_config().port, load_config().host) == (7860, "127.0.0.1")
    (tmp_path / "rag.toml").write_text('port = 1\nsources = "papers"\n')
    assert (load_config().port, load_config().sources) == (1, Path("papers"))
    monkeypatch.setenv("FOOTNOTE_PORT", "2")
    assert load_config().port == 2
    assert load_config(port=3, sources=None).port == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chunk_tokens = 1", "chunk_tokens"),
        ("colour = 1", "colour"),
        ("port = ", "cannot be read"),
        ("port = 'x'", "port"),
        ("risk = 7", "risk"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "rag.toml").write_text(text)
    with pytest.raises(ConfigProblem, match=said):
        load_config()


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_bytes(b"host = '\xff'")
    with pytest.raises(ConfigProblem, match="cannot be read"):
        load_config()


def test_the_environment_in_any_case_and_other_programs_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("footnote_Risk", "0.5")
    monkeypatch.setenv("FOOTNOTE_BROWSER", "required")
    assert load_config().risk == 0.5
    monkeypatch.setenv("FOOTNOTE_LLM_UNSUPPORTED", "hide")
    with pytest.raises(ConfigProblem, match="llm_unsupported"):
        load_config()


def test_workers_are_processes_of_the_page_or_a_cluster_that_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (load_config().workers, load_config().cluster) == (1, "")
    monkeypatch.setenv("FOOTNOTE_WORKERS", "ray://head:10001")
    assert (load_config().workers, load_config().cluster) == (1, "ray://head:10001")
    monkeypatch.setenv("FOOTNOTE_WORKERS", "4")
    (tmp_path / "rag.toml").write_text('cluster = "ray://head:10001"\n')
    assert (load_config().workers, load_config().cluster) == (4, "ray://head:10001")
    for wrong in ("ray://head", "ray://head:x", "ray://a b:1", "http://head:1"):
        with pytest.raises(ConfigProblem, match="cluster is wrong"):
            load_config(cluster=wrong)
    with pytest.raises(ConfigProblem, match="cluster is not one of a collection"):
        config_of_collection(load_config(), tmp_path, tmp_path, tmp_path / "rag.toml")
