"""What is handed out of the sources: the bytes that were indexed, from inside the folder, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from building import build
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.evidence import Viewer

WORDS = "The tower of Orrin has 99 steps."
SECRET = "The key lies under the third stone."  # of the same length, as a link to another file may well be


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Viewer, Path, str]]:
    """A viewer, the sources it shows, and the id of their one document."""
    sources, index = tmp_path / "sources", tmp_path / "index"
    (sources / "notes").mkdir(parents=True)
    (sources / "notes" / "tower.txt").write_text(WORDS)
    (tmp_path / "secret.txt").write_text(SECRET)
    build(sources, index, encoder=WordEncoder(), size=40, overlap=1, workers=1)
    with (
        Assistant(load_config(sources=sources, index=index, chunk_tokens=40), WordEncoder()) as assistant,
        Viewer(assistant) as viewer,
    ):
        (document,) = assistant.documents()
        assert document.document_id is not None
        yield viewer, sources / "notes" / "tower.txt", document.document_id


def content(viewer: Viewer, document_id: str) -> str | None:
    found = viewer.original(document_id)
    if found is None:
        return None
    with found:
        return found.read().decode()


def test_the_bytes_that_were_indexed(place: tuple[Viewer, Path, str]) -> None:
    viewer, file, document_id = place
    assert (content(viewer, document_id), viewer.source_state(document_id)) == (WORDS, "unchanged")
    file.write_text(WORDS.upper())
    assert (content(viewer, document_id), viewer.source_state(document_id)) == (None, "changed")
    file.unlink()
    assert (content(viewer, document_id), viewer.source_state(document_id)) == (None, "gone")
    assert content(viewer, "0" * 64) is None


def test_a_change_that_keeps_size_and_time_is_noticed(place: tuple[Viewer, Path, str]) -> None:
    viewer, file, document_id = place
    assert viewer.source_state(document_id) == "unchanged"
    facts = file.stat()
    file.write_text(WORDS.replace("99", "11"))
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert (content(viewer, document_id), viewer.source_state(document_id)) == (None, "changed")


@pytest.mark.parametrize("way", ["file", "folder", "same words", "circle", "pipe", "device"])
def test_a_link_in_the_place_of_a_file_is_not_followed(
    place: tuple[Viewer, Path, str], tmp_path: Path, way: str
) -> None:
    viewer, file, document_id = place
    assert viewer.source_state(document_id) == "unchanged"
    file.unlink()
    if way == "file":
        file.symlink_to(tmp_path / "secret.txt")
    elif way == "same words":  # from outside of the folder not even those
        (tmp_path / "secret.txt").write_text(WORDS)
        file.symlink_to(tmp_path / "secret.txt")
    elif way == "circle":
        file.symlink_to(file.name)
    elif way == "pipe":
        os.mkfifo(file)
    elif way == "device":
        file.symlink_to("/dev/zero")
    else:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "tower.txt").write_text(SECRET)
        file.parent.rmdir()
        file.parent.symlink_to(tmp_path / "elsewhere")
    assert content(viewer, document_id) is None
    assert viewer.source_file(document_id) is None
    assert viewer.source_state(document_id) == "gone"


def test_a_link_within_the_sources_is_followed(place: tuple[Viewer, Path, str]) -> None:
    viewer, file, document_id = place
    other = file.with_name("other.txt")
    file.rename(other)
    file.symlink_to(other)
    assert content(viewer, document_id) == WORDS
