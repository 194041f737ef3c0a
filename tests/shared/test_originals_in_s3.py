"""Originals in an S3 store: put before a generation names them, shown only where whole, deleted with their document."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import obstore
import psycopg
import pytest
from making import pdf
from s3_server import S3Server
from words import WordEncoder

from rag.assistant import Assistant, index_of, leftover_originals
from rag.config import Config, load_config
from rag.doctor import examine
from rag.errors import ConfigProblem, IndexDamaged, IndexMissing, IndexUnreachable
from rag.evidence import Viewer, note_origin
from rag.evidence.stored_files import StoredFiles
from rag.indexing import build as build_index
from rag.indexing import erase_index, migrate
from rag.server.api import Endpoints
from rag.shared import Address, open_people
from rag.types import NOTED_ORIGINALS, BuildReport, Span

TRAIN = "# Trains\n\nThe train stopped near Sibi. Sixty-four people died there.\n"
BORDER = "Fuel is carried across the border every night.\n"
PAGE = pdf(lambda canvas: canvas.drawString(72, 700, "The harbour master counts ships."))


@pytest.fixture(scope="module")
def store() -> Iterator[S3Server]:
    running = S3Server().start()
    yield running
    running.remove()


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "train.md").write_text(TRAIN)
    (folder / "border.txt").write_text(BORDER)
    (folder / "harbour.pdf").write_bytes(PAGE)
    return folder


@pytest.fixture
def config(sources: Path, store: S3Server, url: str, tmp_path: Path) -> Config:
    """An index in PostgreSQL of three sources, whose originals are in the store; not built yet."""
    return load_config(sources=sources, index=url, originals=store.url(tmp_path.name), chunk_tokens=40)


def built(config: Config) -> BuildReport:
    return build_index(config.sources, index_of(config), encoder=WordEncoder(), size=40, overlap=1)


def reader(config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assistant:
    """The same index on another machine, which has no sources."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    there = load_config(sources=tmp_path / "none", index=config.database, originals=config.originals, chunk_tokens=40)
    return Assistant(there, WordEncoder())


def ids(assistant: Assistant) -> dict[str, str]:
    return {source.path: source.document_id for source in assistant.documents() if source.document_id}


def whole(viewer: Viewer, document_id: str) -> bytes | None:
    found = viewer.original(document_id)
    if found is None:
        return None
    with found:
        return found.read()


def kept(store: S3Server, config: Config) -> dict[str, str]:
    """Hash -> path of every object below the prefix of an index."""
    found = [each["path"] for page in obstore.list(store.objects(config.originals.rpartition("/")[2])) for each in page]
    return {path.rpartition("/")[2]: path for path in found}


def sha256(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def test_a_machine_without_sources_shows_originals_pages_and_where_they_came_from(
    config: Config, store: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note_origin(config.sources, "train.md", "https://example.org/train.md")
    assert built(config).notes == ()
    log = (config.sources / ".fetched.jsonl").read_bytes()
    assert kept(store, config).keys() == {sha256(each) for each in (TRAIN, BORDER, PAGE, log)}
    with reader(config, tmp_path, monkeypatch) as assistant, Viewer(assistant) as viewer:
        known = ids(assistant)
        assert whole(viewer, known["train.md"]) == TRAIN.encode()
        assert viewer.source_state(known["train.md"]) == "unchanged"
        assert (viewer.page_picture(known["harbour.pdf"], 1) or b"").startswith(b"\x89PNG")
        assert viewer.page_boxes(known["harbour.pdf"], Span(0, 11)).keys() == {1}
        assert viewer.origins()["train.md"].address == "https://example.org/train.md"
        assert assistant.folder_changes().gone == ()
        found = Endpoints(viewer, ()).evidence(known["harbour.pdf"], Span(0, 11))
        assert (found["state"], found["problem"], bool(found["boxes"])) == ("unchanged", "", True)
        assert found["modified"] == pytest.approx((config.sources / "harbour.pdf").stat().st_mtime)


def test_a_local_file_that_was_changed_is_read_from_the_store(config: Config) -> None:
    built(config)
    (config.sources / "train.md").write_text("Something else.")
    (config.sources / "border.txt").unlink()
    with Assistant(config, WordEncoder()) as assistant, Viewer(assistant) as viewer:
        known = ids(assistant)
        assert (whole(viewer, known["train.md"]), viewer.source_state(known["train.md"])) == (TRAIN.encode(), "changed")
        assert whole(viewer, known["border.txt"]) == BORDER.encode()


def test_what_no_file_names_is_deleted_and_only_that(
    config: Config, store: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(config)
    (config.sources / "twin.md").write_text(TRAIN)
    assert built(config).notes == ()
    assert sha256(TRAIN) in kept(store, config), "a copy brings nothing new"
    with reader(config, tmp_path, monkeypatch) as assistant, Viewer(assistant) as viewer:
        gone = ids(assistant)["border.txt"]
        assert whole(viewer, gone) == BORDER.encode()
        here = tmp_path / "elsewhere" / "footnote" / "originals"
        assert [file.name for file in here.rglob("*+*")] == [f"{gone}+{sha256(BORDER)}"]
        (config.sources / "train.md").unlink()
        (config.sources / "border.txt").unlink()
        assert built(config).notes == ()
        assert kept(store, config).keys() == {sha256(TRAIN), sha256(PAGE)}
        assert leftover_originals(config) == []
        assert whole(viewer, gone) is None
        viewer.sweep()
        assert list(here.rglob("*+*")) == [], "nor is it kept on the machine that showed it"


def test_each_build_looks_for_what_was_lost_and_for_what_was_left(config: Config, store: S3Server) -> None:
    built(config)
    objects, paths = store.objects(config.originals.rpartition("/")[2]), kept(store, config)
    obstore.delete(objects, [paths[sha256(TRAIN)]])
    obstore.put(objects, paths[sha256(BORDER)], b"cut off")
    folder = paths[sha256(BORDER)].rpartition("/sha256/")[0]
    left = sha256("left over")
    obstore.put(objects, f"{folder}/sha256/{left[:2]}/{left}", b"left over")
    obstore.put(objects, f"{folder}/notes.txt", b"not ours")
    assert leftover_originals(config) == [left]
    (told,) = [one for one in examine(config) if one.name == "deleting: originals"]
    assert (told.ok, "1 that no file names" in told.said) == (False, True)
    report = built(config)
    assert (report.notes, report.added, report.changed) == ((), (), ())
    assert kept(store, config).keys() == {sha256(TRAIN), sha256(BORDER), sha256(PAGE), "notes.txt"}
    assert bytes(obstore.get(objects, paths[sha256(BORDER)]).bytes()) == BORDER.encode()


def test_a_changed_or_missing_object_is_told_and_never_shown(
    config: Config, store: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(config)
    objects, paths = store.objects(config.originals.rpartition("/")[2]), kept(store, config)
    obstore.put(objects, paths[sha256(PAGE)], PAGE.replace(b"72", b"73"))
    obstore.put(objects, paths[sha256(TRAIN)], TRAIN.replace("four", "five").encode())
    obstore.delete(objects, [paths[sha256(BORDER)]])
    with reader(config, tmp_path, monkeypatch) as assistant, Viewer(assistant) as viewer:
        known, endpoints = ids(assistant), Endpoints(viewer, ())
        with pytest.raises(IndexDamaged, match="is not what was indexed") as told:
            viewer.original(known["train.md"])
        assert store.secret not in str(told.value)
        with pytest.raises(IndexDamaged, match="is not what was indexed"):
            endpoints.picture(known["harbour.pdf"], 1, 400)
        with pytest.raises(IndexDamaged, match="is missing"):
            endpoints.original(known["border.txt"])
        found = endpoints.evidence(known["harbour.pdf"], Span(0, 11), "The harbour")
        assert (found["verdict"], found["quote"], found["boxes"]) == ("exact", "The harbour", {})
        assert "is not what was indexed" in str(found["problem"])
        assert list((tmp_path / "elsewhere").rglob("*+*")) == [], "nothing of it is kept"


def test_what_is_kept_here_is_not_believed_and_has_a_bound(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(config)
    with reader(config, tmp_path, monkeypatch) as assistant, assistant.snapshot() as snapshot:
        known, place = ids(assistant), tmp_path / "kept"
        assert assistant.originals is not None
        files = StoredFiles(assistant.originals, place, most=len(TRAIN) + 10)

        def content(path: str) -> bytes:
            found = files.copy(snapshot, known[path])
            assert found is not None
            with found:
                return found.read()

        for path, data in (("train.md", TRAIN.encode()), ("border.txt", BORDER.encode()), ("harbour.pdf", PAGE)):
            assert content(path) == data
            assert sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) <= len(TRAIN) + 10
        assert content("train.md") == TRAIN.encode()
        (one,) = place.rglob("*+*")
        one.write_text("not it")
        assert content("train.md") == TRAIN.encode()
        assert one.stat().st_mode & 0o077 == 0


def test_without_the_store_a_build_commits_nothing_and_the_next_goes_on(
    config: Config, store: S3Server, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = config.originals.replace(store.endpoint, f"127.0.0.1:{taken.getsockname()[1]}")
        broken = config.model_copy(update={"originals": nobody})
        with pytest.raises(IndexUnreachable, match=r"store of originals at s3\S+ cannot be reached") as told:
            built(broken)
        assert store.secret not in f"{told.value} {told.value.__cause__} {told.value.__context__}"
    with pytest.raises(IndexMissing):
        Assistant(config, WordEncoder())
    assert built(config).chunks_embedded == 0, "what was read and embedded is kept"
    with index_of(config).truth.snapshot() as snapshot:
        assert snapshot.meta(NOTED_ORIGINALS) == (config.index / "originals.name").read_text()


def test_a_key_that_is_refused_and_a_bucket_that_is_not_there_are_told(config: Config, store: S3Server) -> None:
    for wrong, said in (
        (config.originals.replace(store.secret, "wrong"), "refuses us"),
        (config.originals.replace("/footnote/", "/elsewhere/"), "does not exist"),
    ):
        with pytest.raises(ConfigProblem, match=said) as told:
            built(config.model_copy(update={"originals": wrong}))
        assert "wrong" not in str(told.value)


def test_an_index_is_deleted_with_its_originals_and_what_people_asked_of_it(config: Config, store: S3Server) -> None:
    built(config)
    people = open_people(Address.parse(config.database))
    people.sessions.secret()
    people.close()
    assert len(kept(store, config)) == 3
    assert erase_index(index_of(config)) == []
    assert kept(store, config) == {}
    with psycopg.connect(config.database.rpartition("#")[0]) as connection:
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'footnote%'").fetchall()
    assert [name for (name,) in left if Address.parse(config.database).collection in name] == []


def test_a_copy_of_an_index_has_originals_of_its_own(config: Config, store: S3Server, tmp_path: Path) -> None:
    built(config)
    copy = load_config(sources=config.sources, index=tmp_path / "copy", originals=config.originals, chunk_tokens=40)
    migrate(index_of(config), index_of(copy))
    assert (built(copy).added, built(copy).changed) == ((), ())
    (config.sources / "train.md").unlink()
    built(copy)
    erase_index(index_of(copy))
    assert kept(store, config).keys() == {sha256(each) for each in (TRAIN, BORDER, PAGE)}


def test_an_index_in_a_folder_may_have_its_originals_there_too(sources: Path, store: S3Server, tmp_path: Path) -> None:
    """The setting that was left out until now takes effect with the next build, though no source has changed."""
    plain = load_config(sources=sources, index=tmp_path / "index", chunk_tokens=40)
    assert len(built(plain).added) == 3
    assert leftover_originals(plain) == []
    both = plain.model_copy(update={"originals": store.url(tmp_path.name)})
    report = built(both)
    assert (report.notes, len(report.unchanged)) == ((), 3)
    assert kept(store, both).keys() == {sha256(each) for each in (TRAIN, BORDER, PAGE)}
    (sources / "train.md").unlink()
    with Assistant(both, WordEncoder()) as assistant, Viewer(assistant) as viewer:
        assert whole(viewer, ids(assistant)["train.md"]) == TRAIN.encode()
