"""The sources folder as the page changes it: names made safe, limits kept, nothing replaced, nothing outside."""

from __future__ import annotations

import asyncio
import threading
import time
import unicodedata
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import SourceError, SourceLimit
from rag.server import upload_store as shelf
from rag.server.upload_store import UploadStore, clean_path


def receive(place: UploadStore, name: str, data: bytes, size: int | None = None) -> str:
    async def pieces() -> AsyncIterator[bytes]:
        step = 7 if len(data) < 1_000 else 100_000
        for at in range(0, len(data), step):
            yield data[at : at + step]

    return asyncio.run(place.receive(name, size, pieces()))


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("C:\\Users\\me\\a.txt", "C/Users/me/a.txt"),
        (".hidden.md", "hidden.md"),
        ("a/../b.md", "a/b.md"),
        ("<img src=x onerror=y>.md", "img src=x onerror=y.md"),
        ("a\u202efdp.exe.md", "a fdp.exe.md"),
        ("con.txt", "_con.txt"),
        ("", "document"),
        ("///", "document"),
        ("a\nb\x00.txt", "a b.txt"),
    ],
)
def test_names_are_made_safe(name: str, cleaned: str) -> None:
    assert clean_path(name) == cleaned


@given(st.text(max_size=400))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    parts = clean_path(name).split("/")
    assert all(part and not part.startswith(".") and part.isprintable() and "\\" not in part for part in parts)
    assert all(len(part.encode()) <= 200 for part in parts)
    assert clean_path(clean_path(name)) == clean_path(name)


def test_a_file_arrives_whole_and_the_same_twice_is_stored_once(tmp_path: Path) -> None:
    place = UploadStore(tmp_path)
    assert receive(place, "notes/a.md", b"some words", 10) == "notes/a.md"
    assert receive(place, "notes/a.md", b"some words") == "notes/a.md"
    assert receive(place, "notes/a.md", b"other words") == "notes/a (2).md"
    assert (tmp_path / "notes/a.md").read_bytes() == b"some words"
    assert files(tmp_path) == ["notes/a (2).md", "notes/a.md"], "nothing is left of the sending"


def test_names_that_look_the_same_are_the_same(tmp_path: Path) -> None:
    place, name = UploadStore(tmp_path), "Übersicht Kläranlage.txt"
    there = tmp_path / _decomposed("Pläne")
    there.mkdir()
    (there / _decomposed(name)).write_bytes(b"4,200 cubic metres")
    assert receive(place, f"Pläne/{name}", b"4,200 cubic metres") == f"Pläne/{name}"
    assert files(tmp_path) == [_decomposed(f"Pläne/{name}")], "no second folder, no second file"
    assert receive(place, f"Pläne/{name}", b"5,100 cubic metres") == "Pläne/Übersicht Kläranlage (2).txt"
    assert receive(place, _decomposed(f"Pläne/{name}"), b"6,000") == "Pläne/Übersicht Kläranlage (3).txt"
    token = place.remove(f"Pläne/{name}")
    assert place.restore(token) == f"Pläne/{name}"


def _decomposed(name: str) -> str:
    return unicodedata.normalize("NFD", name)


def test_limits_of_kind_size_and_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = UploadStore(tmp_path)
    with pytest.raises(SourceError, match=r"There is no reader for \.exe files"):
        receive(place, "virus.exe", b"MZ")
    monkeypatch.setattr(shelf, "MOST_BYTES", 20)
    with pytest.raises(SourceLimit):
        receive(place, "long.md", b"x" * 30, 30)
    with pytest.raises(SourceLimit):
        receive(place, "long.md", b"x" * 30, 5)  # more comes than was said
    with pytest.raises(SourceError, match="incomplete"):
        receive(place, "short.md", b"x", 5)
    assert files(tmp_path) == []
    monkeypatch.setattr(shelf, "MOST_FILES", 1)
    receive(place, "one.md", b"x")
    with pytest.raises(SourceLimit):
        receive(place, "two.md", b"x")


def test_who_uploads_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that goes on when the others have been served: waited for in their loop, they never would be."""
    place, waited = UploadStore(tmp_path), list[str]()

    async def uploads() -> None:
        served = threading.Event()

        def after_the_others(name: str) -> Callable[..., Any]:
            slow = getattr(UploadStore, name, None) or getattr(shelf._Arriving, name)

            def wait(*given: Any) -> Any:
                served.clear()
                asyncio.run_coroutine_threadsafe(_tick(served), loop)
                assert served.wait(20), f"{name} is waited for in the loop"
                waited.append(name)
                return slow(*given)

            return wait

        loop = asyncio.get_running_loop()
        for name in ("_room", "_folder", "_place"):
            monkeypatch.setattr(UploadStore, name, after_the_others(name))
        for name in ("write", "close"):
            monkeypatch.setattr(shelf._Arriving, name, after_the_others(name))

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield bytes(shelf._PIECE)

        await place.receive("long.txt", None, pieces())

    asyncio.run(uploads())
    assert (tmp_path / "long.txt").stat().st_size == 3 * shelf._PIECE
    assert set(waited) == {"_room", "_folder", "_place", "write", "close"}
    assert waited.count("write") >= 3, "piece by piece"


async def _tick(served: threading.Event) -> None:
    served.set()


def test_who_leaves_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    async def leave() -> None:
        begun = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            yield bytes(shelf._PIECE)
            begun.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(UploadStore(tmp_path).receive("left.txt", None, pieces()))
        await begun.wait()
        assert len(files(tmp_path)) == 1, "half of it is there"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    assert files(tmp_path) == []


def test_a_disk_that_takes_no_more_is_told_in_a_sentence(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_SPARE", 0)
    place = UploadStore(small_disk / "sources")
    receive(place, "small.txt", b"x")
    with pytest.raises(SourceLimit, match="cannot be stored: No space left on device"):
        receive(place, "large.txt", bytes(8_000_000))
    assert files(small_disk / "sources") == ["small.txt"]


def test_taken_out_and_put_back(tmp_path: Path) -> None:
    place = UploadStore(tmp_path)
    receive(place, "notes/a.md", b"some words")
    token = place.remove("notes/a.md")
    assert files(tmp_path) == [f".removed/{token}/notes/a.md"]
    assert place.restore(token) == "notes/a.md"
    assert files(tmp_path) == ["notes/a.md"]
    with pytest.raises(SourceError):
        place.restore(token)


@pytest.mark.parametrize("path", ["../outside.md", "/etc/passwd", "missing.md", ".removed/x.md", "", "link/outside.md"])
def test_nothing_outside_can_be_taken_out(tmp_path: Path, path: str) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (outside / "outside.md").write_text("not a source")
    (tmp_path / "outside.md").write_text("not a source")
    root = tmp_path / "sources"
    root.mkdir()
    (root / "link").symlink_to(outside)
    place = UploadStore(root)
    with pytest.raises(SourceError):
        place.remove(path)
    with pytest.raises(SourceError):
        receive(place, "link/new.md", b"x")
    for token in ("../../elsewhere", "..", "", "0" * 16):
        with pytest.raises(SourceError):
            place.restore(token)
    assert (outside / "outside.md").exists()
    assert not (outside / "new.md").exists()


def test_half_uploads_and_what_was_taken_out_long_ago_are_swept(tmp_path: Path) -> None:
    place, now = UploadStore(tmp_path), time.time()
    receive(place, "notes/a.md", b"some words")
    receive(place, "notes/b.md", b"other words")
    old = place.remove("notes/a.md")
    for name in (".arriving-0123456789abcdef", "notes/.arriving-fedcba9876543210"):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / ".removed" / "mine").mkdir()
    assert place.sweep(now + 60) == 0, "somebody may go on with it"
    assert place.sweep(now + 2 * 3600) == 2
    assert place.sweep(now + (shelf.KEPT_DAYS - 1) * 24 * 3600) == 0
    assert (tmp_path / ".removed" / old).exists()
    assert place.sweep(now + (shelf.KEPT_DAYS + 1) * 24 * 3600) == 1
    assert files(tmp_path) == ["notes/b.md"]
    assert (tmp_path / ".removed" / "mine").exists(), "it is none of ours"
    with pytest.raises(SourceError):
        place.restore(old)


def test_sweeping_follows_no_link(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "sources"
    (outside / ("0" * 16)).mkdir(parents=True)
    (outside / ".arriving-0123456789abcdef").write_bytes(b"half")
    root.mkdir()
    (root / ".removed").symlink_to(outside)
    (root / "linked").symlink_to(outside)
    assert UploadStore(root).sweep(time.time() + 10**8) == 0
    assert (outside / ("0" * 16)).exists()
