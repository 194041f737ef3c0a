"""Building: only what changed, never broken, gone is gone. Real files, real children, real lenses."""

from __future__ import annotations

import os
import random
import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from building import build
from filelock import FileLock
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import IndexLocked, IndexMissing, IndexStale, SourcesMissing
from rag.evidence.source_files import SourceFiles
from rag.lenses import LensFolder
from rag.types import BuildReport, ChunkEmbedding, EmbedInput, Move, Progress, ShownLenses, Snapshot

TRAIN = "# Trains\n\nThe train left Quetta at nine. It was stopped near Sibi. Sixty-four people died there.\n"
SCHOOL = "# Schools\n\nOnly 27 percent of women can read. The province plans two hundred new schools.\n"
BORDER = "The border is long.\n\nFuel is carried across it every night. Nobody counts the trucks.\n"


class Asleep(WordEncoder):
    """An encoder that must not be asked to embed: its weights would be loaded for it."""

    def passages(self, inputs: Sequence[EmbedInput]) -> Iterator[tuple[int, ChunkEmbedding]]:
        raise AssertionError(f"asked to embed {len(inputs)} texts")


class Place:
    """A sources folder and an index, with an encoder that counts."""

    def __init__(self, folder: Path) -> None:
        self.sources, self.index = folder / "sources", folder / "index"
        self.sources.mkdir(parents=True)
        self.encoder = WordEncoder()

    def write(self, path: str, text: str | bytes) -> None:
        file = self.sources / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(file, ns=(10**18, 10**18 + len(list(self.sources.rglob("*")))))

    def build(self, size: int = 40) -> BuildReport:
        self.encoder.embedded = []
        return build(self.sources, self.index, encoder=self.encoder, size=size, overlap=1, workers=1)

    def open(self, size: int = 40) -> Assistant:
        config = load_config(sources=self.sources, index=self.index, chunk_tokens=size)
        return Assistant(config, self.encoder)

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.index.rglob("*")) if path.is_file())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write("trains.md", TRAIN)
    made.write("deep/er/schools.md", SCHOOL)
    made.write("border.txt", BORDER)
    return made


def test_a_build_answers_after_it_is_opened_again(place: Place) -> None:
    report = place.build()
    assert report.added == ("border.txt", "deep/er/schools.md", "trains.md")
    assert (report.failed, report.chunks_embedded) == ((), report.chunks)
    for _ in range(2):
        with place.open() as assistant:
            (best, *_rest) = assistant.search("How many people died near Sibi?")
            assert best.document.path == "trains.md"
            assert best.text in TRAIN
            assert {source.status for source in assistant.documents()} == {"indexed"}


def test_nothing_changed_costs_nothing(place: Place) -> None:
    place.build()
    before = place.bytes()
    place.encoder = Asleep()
    report = place.build()
    assert len(report.unchanged) == 3
    assert (report.added, report.changed, report.chunks_embedded, place.encoder.embedded) == ((), (), 0, [])
    assert place.bytes() == before


def test_a_file_touched_but_not_changed_is_unchanged(place: Place) -> None:
    place.build()
    os.utime(place.sources / "trains.md", ns=(10**18 + 77, 10**18 + 77))
    report = place.build()
    assert (len(report.unchanged), report.changed, report.chunks_embedded) == (3, (), 0)


def test_a_change_within_the_same_instant_is_seen(place: Place) -> None:
    place.build()
    file = place.sources / "trains.md"
    stat = file.stat()
    file.write_text(TRAIN.replace("nine", "five"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**18))
    assert place.build().changed == ("trains.md",)


def test_an_edit_embeds_only_the_chunks_it_touched(place: Place) -> None:
    long = "\n\n".join(f"Paragraph {i} says something of its own about item number {i} here." * 3 for i in range(40))
    place.write("long.txt", long)
    place.build()
    place.write("long.txt", long.replace("item number 20", "item number twenty"))
    report = place.build()
    assert report.changed == ("long.txt",)
    assert 1 <= report.chunks_embedded <= 4
    assert all("twenty" in text for text in place.encoder.embedded[:1])


def lens_files(index: Path) -> dict[str, bytes]:
    """Every file of both lenses by name, whatever the number of the generation; without the locks of who reads."""
    return {
        f"{name}/{path.name}": path.read_bytes()
        for name in ("dense", "lexical")
        for path in (index / name).rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def test_after_any_change_the_lenses_are_those_of_a_clean_build_to_the_last_byte(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.lenses.shards._MOST", 6)  # chunks of a part; so there are many
    for n in range(40):
        place.write(f"n{n}.txt", f"This is about number {n}. It has a second sentence.\n")
    place.build()
    place.write("trains.md", TRAIN + "\nThe line was mended in a week.\n")
    place.write("more.txt", "A new file. It has a sentence or two.\n")
    for gone in ("border.txt", *(f"n{n}.txt" for n in range(7, 19))):
        (place.sources / gone).unlink()
    place.build()
    build(place.sources, tmp_path / "clean", encoder=WordEncoder(), size=40, overlap=1, workers=1)
    assert lens_files(place.index) == lens_files(tmp_path / "clean")
    assert len([name for name in lens_files(place.index) if name.endswith(".term")]) > 4
    place.build(size=80)
    build(place.sources, tmp_path / "other", encoder=WordEncoder(), size=80, overlap=1, workers=1)
    assert lens_files(place.index) == lens_files(tmp_path / "other")


def test_a_change_writes_its_own_part_and_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def numbers() -> dict[str, int]:
        files = [path for path in place.index.rglob("*") if path.is_file() and path.parent.parent.parent == place.index]
        return {f"{path.parent.parent.name}/{path.name}": path.stat().st_ino for path in files}

    monkeypatch.setattr("rag.lenses.shards._MOST", 6)
    for n in range(100):
        place.write(f"n{n}.txt", f"This is about number {n}.\n")
    place.build()
    before = numbers()
    place.write("n7.txt", "This is about another number.\n")
    place.build()
    after = numbers()
    kept = {name for name, number in after.items() if before.get(name) == number}
    parts = {name.split("/")[1].split(".")[0] for name in after if name.endswith((".npy", ".term"))}
    written = {name.split("/")[1].split(".")[0] for name in set(after) - kept} & parts
    assert len(parts) > 15
    assert 1 <= len(written) <= 3  # what it was, what it is; a part that grew may have been halved


def test_where_there_are_no_hard_links_parts_are_copied(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(1, "no links on this file system", str(target))

    monkeypatch.setattr("rag.lenses.shards._MOST", 2)
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    place.build()
    place.write("border.txt", BORDER + "\nA bridge was built.\n")
    place.build()
    with place.open() as assistant:
        assert "bridge" in assistant.search("bridge built")[0].text
        assert "Sibi" in assistant.search("train stopped near Sibi")[0].text


def test_a_moved_file_is_not_read_or_embedded_again(place: Place) -> None:
    place.build()
    (place.sources / "else").mkdir()
    shutil.move(place.sources / "trains.md", place.sources / "else" / "renamed.md")
    report = place.build()
    assert report.moved == (Move("trains.md", "else/renamed.md"),)
    assert (report.added, report.removed, report.chunks_embedded) == ((), (), 0)
    with place.open() as assistant:
        assert assistant.search("people died near Sibi")[0].document.path == "else/renamed.md"


def test_the_same_file_twice_is_one_document(place: Place) -> None:
    place.build()
    place.write("copy.md", TRAIN)
    report = place.build()
    assert (report.added, report.chunks_embedded) == (("copy.md",), 0)
    with place.open() as assistant:
        found = assistant.search("people died near Sibi", k=20)
        assert [p.document.path for p in found if "Sibi" in p.text] == ["copy.md"]
        ids = {source.path: source.document_id for source in assistant.documents()}
        assert ids["copy.md"] == ids["trains.md"]


def test_what_is_removed_is_gone_to_the_last_byte(place: Place) -> None:
    place.write("secret.txt", "The canary ZQXJKV sings at dawn. Nobody else knows of ZQXJKV.\n")
    place.build()
    vector = place.encoder.query("The canary ZQXJKV sings at dawn. Nobody else knows of ZQXJKV.").tobytes()
    assert b"ZQXJKV" in place.bytes()
    assert vector in place.bytes()
    (place.sources / "secret.txt").unlink()
    report = place.build()
    assert report.removed == ("secret.txt",)
    everything = place.bytes()
    assert b"zqxjkv" not in everything.lower()
    assert vector not in everything
    assert b"secret.txt" not in everything


def test_nothing_of_many_deleted_files_is_left_in_any_page(place: Place) -> None:
    rng, gone = random.Random(1), set()
    for i in range(40):
        lines = (f"Canary{i}x{j} sings {rng.random()} and {'word ' * rng.randint(3, 60)}." for j in range(12))
        place.write(f"f{i}.txt", "\n\n".join(lines))
    place.build()
    for round_ in range(3):
        for i in rng.sample([i for i in range(40) if i not in gone], 8):
            (place.sources / f"f{i}.txt").unlink()
            gone.add(i)
        place.write(f"new{round_}.txt", f"new text of round {round_}. " * 300)
        place.build()
        everything = place.bytes().lower()
        assert {int(i) for i in re.findall(rb"canary(\d+)x", everything)} == set(range(40)) - gone
        assert not [i for i in gone if f"f{i}.txt".encode() in everything]


def test_an_interrupted_build_keeps_what_was_embedded_and_the_old_answers(place: Place) -> None:
    place.build()
    many = "\n\n".join(f"Paragraph {i} is about the number {i * 7} and no other number." * 3 for i in range(400))
    place.write("many.txt", many)
    place.encoder.break_after = 150
    with pytest.raises(KeyboardInterrupt):
        place.build()
    done = len(place.encoder.embedded)
    with place.open() as assistant:
        assert "many.txt" not in {source.path for source in assistant.documents()}
        assert assistant.search("people died near Sibi")[0].document.path == "trains.md"
    place.encoder.break_after = None
    report = place.build()
    assert report.added == ("many.txt",)
    total = report.chunks_embedded + done
    assert total - report.chunks_embedded >= 128
    assert report.chunks_embedded <= report.chunks - 128


def test_every_bad_file_is_told_and_costs_nobody_else(place: Place) -> None:
    place.write("empty.txt", b"")
    place.write("binary.txt", bytes(range(256)) * 40)
    place.write("broken.pdf", b"%PDF-1.7 and then nothing")
    place.write("picture.png", b"\x89PNG")
    (place.sources / "link.txt").symlink_to("/etc/hostname")
    report = place.build()
    assert {failure.path for failure in report.failed} == {"binary.txt", "broken.pdf", "link.txt"}
    assert [failure.path for failure in report.no_text] == ["empty.txt"]
    assert [failure.path for failure in report.skipped] == ["picture.png"]
    for failure in (*report.failed, *report.no_text, *report.skipped):
        assert failure.reason.endswith(".")
        assert failure.hint.endswith(".")
    with place.open() as assistant:
        assert sum(source.status == "indexed" for source in assistant.documents()) == 3
    again = place.build()
    assert {failure.path for failure in again.failed} == {failure.path for failure in report.failed}
    assert again.chunks_embedded == 0


def test_files_with_odd_names(place: Place) -> None:
    names = ("new\nline.txt", "\u202ertl.txt", "é" * 120 + ".txt", " space .txt", "#?%&.md", "-rf.txt")
    for i, name in enumerate(names):
        place.write(name, f"File number {i} tells of a thing called item{i}.\n")
    report = place.build()
    assert set(names) <= set(report.added)
    assert report.failed == ()
    with place.open() as assistant:
        for i, name in enumerate(names):
            assert assistant.search(f"thing called item{i}")[0].document.path == name


def test_a_name_is_found_however_its_accents_are_written(place: Place) -> None:
    name = "Übersicht Kläranlage.txt"
    spelled = unicodedata.normalize("NFD", name)
    assert spelled != name
    place.write(spelled, "The sewage works of Molnbruch treat 4,200 cubic metres a day.\n")
    assert name in place.build().added
    with place.open() as assistant:
        for typed in (name, spelled):
            (passage,) = assistant.search("cubic metres a day", paths=[typed])
            assert passage.document.path == name
        files = SourceFiles()
        with assistant.snapshot() as snapshot:
            found = files.file(snapshot, place.sources, passage.document.id)
        assert found is not None
        assert found[1] == "unchanged"
    assert place.build().unchanged.count(name) == 1
    place.write(name, "They treat 5,100 cubic metres a day.\n")
    report = place.build()
    (failure,) = report.failed
    assert failure.path == spelled
    assert "looks the same" in failure.reason
    assert report.changed == (name,)


def test_other_settings_build_anew_and_the_old_index_says_so(place: Place) -> None:
    place.build()
    with pytest.raises(IndexStale):
        place.open(size=80)
    report = place.build(size=80)
    assert len(report.unchanged) == 3
    with pytest.raises(IndexStale):
        place.open()
    assert place.open(size=80).search("people died near Sibi")[0].document.path == "trains.md"


def test_what_an_older_reader_read_is_read_again_and_told_in_a_sentence(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        then.setattr("rag.indexing.builder.LOAD_VERSION", "an older one")
        assert place.build().notes == ()
        place.write("new.txt", "Brought in since.")
        place.write("picture.png", b"\x89PNG")
    with pytest.raises(IndexStale, match=r"older version of the program.*rag build"):
        place.open()
    report = place.build()
    assert report.reread == ("border.txt", "deep/er/schools.md", "trains.md")
    (note,) = report.notes
    assert note.startswith("3 sources were read again")
    again = place.build()
    assert (again.reread, again.notes) == ((), ())
    assert place.build(size=80).notes == ()  # another setting, the same reader


def test_lenses_of_an_older_version_are_written_anew_and_told_in_a_sentence(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write("br.txt", "Die Brücken wurden 1904 von der Stadt gebaut und sind heute noch in Gebrauch, sagt der Rat.")
    monkeypatch.setattr("rag.lenses.folder.VERSION", "2")
    place.build()
    monkeypatch.undo()
    place.encoder = Asleep()
    report = place.build()
    assert "br.txt" in report.unchanged
    assert report.chunks_embedded == 0
    assert "rewritten by a newer version" in report.notes[0]
    assert place.build().notes == ()


def test_missing_and_empty_sources_are_told(tmp_path: Path) -> None:
    encoder = WordEncoder()
    with pytest.raises(SourcesMissing, match="no sources folder"):
        build(tmp_path / "no", tmp_path / "index", encoder=encoder, size=40, overlap=1)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourcesMissing, match="empty"):
        build(tmp_path / "empty", tmp_path / "index", encoder=encoder, size=40, overlap=1)
    assert not (tmp_path / "index").exists()


def test_a_second_builder_is_told_who_builds(place: Place) -> None:
    place.build()
    (place.index / "build.owner").write_text("process 123, since 10:00:00")
    with FileLock(place.index / "build.lock"), pytest.raises(IndexLocked, match="process 123"):
        place.build()


@pytest.mark.parametrize("damage", ["truncate", "flip", "remove"])
@pytest.mark.parametrize("lens", ["dense", "lexical"])
def test_a_damaged_lens_is_healed_from_the_truth(place: Place, lens: str, damage: str) -> None:
    place.build()
    with place.open() as assistant:
        before = [(p.chunk.id, p.score) for p in assistant.search("people died near Sibi")]
    (folder,) = (place.index / lens).iterdir()
    for file in [path for path in folder.iterdir() if path.name != "seal.json"]:
        data = bytearray(file.read_bytes())
        if not data:
            continue
        if damage == "remove":
            file.unlink()
        else:
            data[len(data) // 2] ^= 1
            file.write_bytes(bytes(data) if damage == "flip" else bytes(data[: len(data) // 2]))
    with place.open() as assistant:
        assert [(p.chunk.id, p.score) for p in assistant.search("people died near Sibi")] == before


def test_the_next_generation_is_used_without_opening_again(place: Place) -> None:
    place.build()
    with place.open() as assistant:
        assert all("Gwadar" not in p.text for p in assistant.search("port of Gwadar"))
        place.write("port.txt", "The port of Gwadar is run by a company from abroad.\n")
        place.build()
        assert assistant.search("port of Gwadar")[0].document.path == "port.txt"


def test_an_index_removed_and_built_again_under_an_open_assistant(place: Place) -> None:
    """Both indexes are in their first generation; what is open must not take the second for the first."""
    place.build()
    with place.open() as assistant:
        assert "Sibi" in assistant.search("train stopped near Sibi")[0].text
        shutil.rmtree(place.index)
        with pytest.raises(IndexMissing) as caught:
            assistant.search("train stopped near Sibi")
        assert "rag build" in caught.value.hint
        assert not place.index.exists(), "asking makes no index"
        shutil.rmtree(place.sources)
        place.write("port.txt", "The port of Gwadar is run by a company from abroad.\n")
        place.build()
        assert [p.document.path for p in assistant.search("train stopped near Sibi", 20)] == ["port.txt"]


def test_a_generation_that_goes_while_it_is_being_opened(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a question's look at the truth and its opening of the lenses, a whole build may take place."""
    place.build()
    opened: list[int] = []

    class Late(LensFolder):
        def of(self, snapshot: Snapshot) -> ShownLenses:
            if not opened:
                place.write("port.txt", "The port of Gwadar is run by a company from abroad.\n")
                monkeypatch.undo()
                place.build()
            opened.append(snapshot.generation)
            return super().of(snapshot)

    monkeypatch.setattr("rag.assistant.LensFolder", Late)
    with place.open() as assistant:
        assert opened == [opened[0], opened[0] + 1]
        assert assistant.search("port of Gwadar")[0].document.path == "port.txt"


def test_an_index_among_its_own_sources_is_none_of_them(place: Place) -> None:
    index = place.sources / "kept" / "index"

    def run() -> BuildReport:
        return build(place.sources, index, encoder=place.encoder, size=40, overlap=1, workers=1)

    assert len(run().added) == 3
    report = run()
    assert (report.added, report.changed, report.skipped, len(report.unchanged)) == ((), (), (), 3)


def test_folders_that_are_not_entered_and_files_that_are_none_are_told(place: Place, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "secret.txt").write_text("A secret.")
    (place.sources / "linked").symlink_to(tmp_path / "elsewhere")
    (place.sources / "round").symlink_to(place.sources)
    os.mkfifo(place.sources / "pipe.txt")
    report = place.build()
    told = {failure.path: failure.reason for failure in report.failed}
    assert set(told) == {"linked", "round", "pipe.txt"}
    assert "link to a folder" in told["linked"]
    assert "not an ordinary file" in told["pipe.txt"]
    assert len(report.added) == 3 + 3


def test_a_folder_that_may_not_be_read_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("closed/a.txt", "Something.")
    real = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        report = place.build()
    assert [failure.path for failure in report.failed] == ["closed"]
    assert "Permission denied" in report.failed[0].reason
    assert place.build().added == ("closed/a.txt",)


def test_progress_is_told(place: Place) -> None:
    seen: list[Progress] = []
    build(place.sources, place.index, encoder=place.encoder, size=40, overlap=1, progress=seen.append)
    reading = [step for step in seen if step.stage == "reading"]
    places = dict.fromkeys((step.done, step.total) for step in reading)  # on a busy machine one is told again and again
    assert [at for at in places if at[0]] == [(1, 3), (2, 3), (3, 3)]
    last = [step for step in seen if step.stage == "embedding"][-1]
    assert last.done == last.total > 0


def test_a_build_can_be_stopped_while_one_long_table_is_cut(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.indexing.local._OFTEN", 0.0)
    place.write("table.csv", "name,year\n" + "".join(f"ship {n},{n}\n" for n in range(5_000)))
    counted = 0

    class Counting(WordEncoder):
        def count(self, texts: Sequence[str]) -> list[int]:
            nonlocal counted
            counted += len(texts)
            return super().count(texts)

    def stop(step: Progress) -> None:
        if counted > 1_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(place.sources, place.index, encoder=Counting(), size=40, overlap=1, workers=1, progress=stop)
    assert counted < 4_000, "before all of its rows were counted"
