"""Collections in a folder, and those that are open: made, packed up, built one after another, asked as one."""

from __future__ import annotations

import json
import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

import rag
from rag.assistant import Assistant
from rag.collections import CollectionFolder, JoinedAssistant, OpenCollections, names_in
from rag.collections.folder import MOST_JOINED, MOST_TITLE
from rag.config import config_of_collection, load_config
from rag.errors import ConfigProblem, IndexLocked, IndexStale, QuestionProblem
from rag.retrieval import Corpus, JoinedCorpus
from rag.storage import EVERYWHERE, TeamStore
from rag.types import Progress

RIVER = "# The river Tamsin\n\nThe river Tamsin is 212 kilometres long. A flood destroyed the bridge in 1902.\n"
LIGHTS = "# The lighthouse\n\nThe lighthouse at Cape Orrin was first lit in 1871. It is 41 metres high.\n"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenCollections]:
    """Two collections, of which the second holds the first's file as well."""
    folder = CollectionFolder(tmp_path_factory.mktemp("collections"))
    (folder.make("River").sources / "river.md").write_text(RIVER)
    lights = folder.make("Lights")
    (lights.sources / "lights.md").write_text(LIGHTS)
    (lights.sources / "copy.md").write_text(RIVER)
    found = OpenCollections(folder, load_config())
    for name in ("river", "lights"):
        found.viewer(name)
        found.build(name)
    yield found
    found.close()


def assistants(opened: OpenCollections) -> dict[str, Assistant]:
    return {name: opened.viewer(name).assistant for name in ("river", "lights")}


def test_names_of_collections() -> None:
    assert names_in("river") == ("river",)
    assert names_in("a+b-2") == ("a", "b-2")
    for wrong in (
        "",
        "+",
        "a+",
        "a+a",
        "A",
        "../a",
        "a/b",
        ".joined",
        "-a",
        "a" * 64,
        "+".join(map(str, range(MOST_JOINED + 1))),
    ):
        assert names_in(wrong) is None, wrong


def test_several_answer_as_one_and_a_text_of_both_is_cited_once(opened: OpenCollections) -> None:
    joined = JoinedAssistant(assistants(opened))
    answer = joined.ask("How long is the river Tamsin, and how high is the lighthouse?")
    cited = [each for claim in answer.claims for each in claim.citations]
    assert {each.path for each in cited} == {"river/river.md", "lights/lights.md"}
    assert all(each.quote == (RIVER if "river" in each.path else LIGHTS)[slice(*each.span)] for each in cited)
    assert cited[0].quote == "The river Tamsin is 212 kilometres long."
    assert "It is 41 metres high." in cited[1].quote
    assert [each.path for each in joined.documents()] == ["river/river.md", "lights/copy.md", "lights/lights.md"]
    assert len(joined.search("How long is the river Tamsin?")) == 2, "what stands in both is found once"
    assert joined.ask("When was it lit?", paths=["river/river.md"]).status != "answered"
    with pytest.raises(QuestionProblem, match="Unknown source"):
        joined.ask("When was it lit?", paths=["river.md"])


def test_several_find_what_one_index_of_all_finds(opened: OpenCollections, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    for name, text in (("river.md", RIVER), ("lights.md", LIGHTS)):
        (tmp_path / "sources" / name).write_text(text)
    rag.build(tmp_path / "sources", tmp_path / "index")
    joined = JoinedAssistant(assistants(opened))
    with rag.open(tmp_path / "index") as alone:
        for question in ("How long is the river?", "When did the flood come?", "Who keeps the lighthouse?"):
            one = [each.text for each in alone.search(question)]
            assert [each.text for each in joined.search(question)] == one
            together, apart = joined.ask(question), alone.ask(question)
            assert [each.text for each in together.claims] == [each.text for each in apart.claims]
            assert together.status == apart.status


def test_a_word_is_unknown_to_several_where_none_knows_it(opened: OpenCollections) -> None:
    with opened.viewer("lights").assistant.corpus() as lights:
        known, unknown = lights.idf(["lighthous"])["lighthous"], lights.idf(["zanzibar"])["zanzibar"]
        smaller = SimpleNamespace(idf=lambda terms: dict.fromkeys(terms, known / 2))  # knows neither
        rare = JoinedCorpus({"lights": lights, "smaller": cast("Corpus", smaller)}).idf(["lighthous", "zanzibar"])
    assert rare == {"lighthous": (known + known / 2) / 2, "zanzibar": (unknown + known / 2) / 2}
    assert rare["lighthous"] < rare["zanzibar"], "though the smaller one alone would not tell them apart"


def test_different_models_are_not_asked_together(opened: OpenCollections) -> None:
    made = opened.folder.make("Otherwise")
    made.settings.write_text("chunk_tokens = 64\n")
    with pytest.raises(ConfigProblem, match="different settings"):
        opened.joined(["river", made.name])
    opened.close(made.name)
    opened.folder.delete(made.name)


def test_one_whose_settings_have_changed_says_who_can_help(opened: OpenCollections) -> None:
    made = opened.folder.make("Changed")
    opened.viewer(made.name)
    opened.close(made.name)
    made.settings.write_text("chunk_tokens = 64\n")
    with pytest.raises(IndexStale, match="Whoever runs this server"):
        opened.viewer(made.name)
    opened.folder.delete(made.name)


def test_one_collection_is_built_at_a_time(opened: OpenCollections) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: Progress) -> None:
        begun.set()
        assert go_on.wait(60)

    building = threading.Thread(target=opened.build, args=("river", hold))
    (opened.folder.root / "river" / "sources" / "more.md").write_text("# More\n\nMore of it.\n")
    building.start()
    assert begun.wait(60)
    with pytest.raises(IndexLocked, match="Another collection"):
        opened.build("lights")
    go_on.set()
    building.join()
    assert opened.build("lights").failed == ()
    (opened.folder.root / "river" / "sources" / "more.md").unlink()
    opened.build("river")


def test_what_is_being_built_is_deleted_afterwards_and_does_not_come_back(opened: OpenCollections) -> None:
    made = opened.folder.make("Built")
    (made.sources / "more.md").write_text("# More\n\nMore of it.\n")
    opened.viewer(made.name)
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: Progress) -> None:
        begun.set()
        assert go_on.wait(60)

    building = threading.Thread(target=opened.build, args=(made.name, hold))
    building.start()
    assert begun.wait(60)
    with pytest.raises(ConfigProblem, match="Built is being built"):
        opened.folder.delete(made.name, 0.1)
    assert (made.sources / "more.md").exists()
    threading.Timer(0.5, go_on.set).start()
    opened.folder.delete(made.name)
    building.join()
    opened.close(made.name)
    assert not made.folder.exists()
    assert list(opened.folder.root.glob(".deleted-*")) == []


def test_what_is_packed_is_taken_over_and_answers_alike(opened: OpenCollections, tmp_path: Path) -> None:
    file = tmp_path / "lights.zip"
    opened.folder.pack("lights", file)
    with pytest.raises(ConfigProblem, match="is there already"):
        opened.folder.pack("lights", file)
    elsewhere = OpenCollections(CollectionFolder(tmp_path / "elsewhere"), load_config())
    taken = elsewhere.folder.unpack(file)
    assert (taken.name, taken.title, taken.files()) == ("lights", "Lights", ["copy.md", "lights.md"])
    assert [each.name for each in elsewhere.folder.root.iterdir()] == ["lights"]
    before, after = (each.viewer("lights").assistant for each in (opened, elsewhere))
    assert after.fingerprint() == before.fingerprint()
    question = "When was the lighthouse first lit?"
    assert after.ask(question).to_dict() == before.ask(question).to_dict()
    assert elsewhere.build("lights").unchanged == ("copy.md", "lights.md"), "nothing is read again"
    elsewhere.close()


def packed(file: Path, members: dict[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, content)
    return file


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("../evil", 0),
        ("/etc/evil", 0),
        ("sources/../../evil", 0),
        ("sources/.hidden", 0),
        ("sources/a\\..\\b", 0),
        ("index/other.db", 0),
        ("sources/link.md", stat.S_IFLNK | 0o777),
    ],
)
def test_a_file_of_somebody_else_is_refused_and_leaves_nothing(tmp_path: Path, name: str, mode: int) -> None:
    folder = CollectionFolder(tmp_path / "collections")
    about = json.dumps({"title": "Evil"}).encode()
    with pytest.raises(ConfigProblem, match="is not a collection"):
        folder.unpack(packed(tmp_path / "evil.zip", {"collection.json": about, name: b"x"}, mode))
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["collections", "evil.zip"]


def test_more_than_the_disk_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = CollectionFolder(tmp_path / "collections")
    file = packed(tmp_path / "big.zip", {"collection.json": b'{"title": "Big"}', "sources/a.txt": b"x" * 1000})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(ConfigProblem, match="the disk has"):
        folder.unpack(file)
    assert list(folder.root.iterdir()) == []


def test_what_is_no_collection_at_all_is_refused(tmp_path: Path) -> None:
    folder = CollectionFolder(tmp_path / "collections")
    (tmp_path / "text.zip").write_text("no archive")
    for file in (
        tmp_path / "text.zip",
        tmp_path / "missing.zip",
        packed(tmp_path / "untold.zip", {"sources/a.md": b"x"}),
        packed(tmp_path / "list.zip", {"collection.json": b"[]"}),
    ):
        with pytest.raises(ConfigProblem):
            folder.unpack(file)
    assert folder.all() == []
    assert list((tmp_path / "collections").iterdir()) == []


def test_titles_make_names_and_folders_make_collections(tmp_path: Path) -> None:
    folder = CollectionFolder(tmp_path)
    made = [folder.make(title).name for title in ("Übersicht 2024!", "übersicht 2024", "日本", "a" * 80)]
    assert made == ["ubersicht-2024", "ubersicht-2024-2", "collection", "a" * 48]
    for wrong in ("", "  ", "a" * (MOST_TITLE + 1), "a\0b", "a\u202eb"):
        with pytest.raises(ConfigProblem, match="title"):
            folder.make(wrong)
    (tmp_path / "copied" / "sources").mkdir(parents=True)
    (tmp_path / "broken" / "sources").mkdir(parents=True)
    (tmp_path / "broken" / "collection.json").write_text('{"title": 3, "archived": "yes"')
    (tmp_path / "linked").symlink_to(tmp_path / "copied")
    (tmp_path / "nothing").mkdir()
    found = {each.name: (each.title, each.archived) for each in folder.all() if each.name not in made}
    assert found == {"copied": ("copied", False), "broken": ("broken", False)}


def test_a_delete_that_was_broken_off_is_ended_at_the_next_start(tmp_path: Path) -> None:
    folder = CollectionFolder(tmp_path)
    made = folder.make("Half")
    made.folder.rename(tmp_path / ".deleted-0123456789abcdef")
    assert folder.all() == []
    CollectionFolder(tmp_path)
    assert list(tmp_path.iterdir()) == []
    unpacking = tmp_path / ".unpacking-0123456789abcdef"
    unpacking.mkdir()
    CollectionFolder(tmp_path)
    assert unpacking.exists(), "somebody is at it in another process"
    os.utime(unpacking, (0, 0))
    CollectionFolder(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_collection_has_settings_of_its_own_but_not_the_servers(tmp_path: Path) -> None:
    file = tmp_path / "rag.toml"
    file.write_text('risk = 0.3\nocr_languages = "deu"\n')
    own = config_of_collection(load_config(port=81), tmp_path / "s", tmp_path / "i", file)
    assert (own.risk, own.ocr_languages, own.port, own.index) == (0.3, "deu", 81, tmp_path / "i")
    for wrong, said in (("port = 80\n", "port is not one of a collection"), ("risk = 7\n", "risk is wrong")):
        file.write_text(wrong)
        with pytest.raises(ConfigProblem, match=said):
            config_of_collection(load_config(), tmp_path / "s", tmp_path / "i", file)


def test_levels_come_from_names_groups_and_everybody(tmp_path: Path) -> None:
    store = TeamStore(tmp_path / "team.db")
    assert store.levels("ada") == {}
    assert not (tmp_path / "team.db").exists(), "asking makes no file"
    store.grant("river", "ada", "add")
    store.grant("river", "*", "ask")
    store.grant("lights", "@keepers", "manage")
    store.grant(EVERYWHERE, "@staff", "ask")
    store.set_group("keepers", ["ada", "bob"])
    assert store.levels("ada") == {"river": "add", "lights": "manage"}
    assert store.levels("cleo") == {"river": "ask"}
    assert store.levels("cleo", ["staff", "keepers"]) == {"river": "ask", "lights": "manage", EVERYWHERE: "ask"}
    assert store.levels("@keepers") == {"river": "ask"}, "a name is no group"
    store.set_group("keepers", [])
    assert store.levels("bob") == {"river": "ask"}
    assert stat.S_IMODE((tmp_path / "team.db").stat().st_mode) == 0o600
    store.note("river", "ada", "added", "x.md")
    store.forget("river")
    assert store.levels("ada") == {}
    assert store.log("river") == []


def test_the_terminal_does_what_the_page_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from rag.cli.commands import app

    def run(*words: str) -> str:
        with pytest.raises(SystemExit) as ended:
            app(["collections", words[0], "--collections", str(tmp_path / "all"), *words[1:]])
        assert not ended.value.code, words
        return capsys.readouterr().out

    assert run("make", "Annual reports").strip() == "annual-reports"
    run("rename", "annual-reports", "Reports")
    run("archive", "annual-reports")
    assert json.loads(run("list", "--json")) == [
        {"name": "annual-reports", "title": "Reports", "archived": True, "sources": 0}
    ]
    run("archive", "annual-reports", "--back")
    run("group", "editors", "ada", "bob")
    run("grant", "@editors", "add", "annual-reports")
    run("grant", "cleo", "manage")
    told = json.loads(run("people", "annual-reports", "--json"))
    assert told == {"grants": [{"who": "@editors", "level": "add"}], "groups": {"editors": ["ada", "bob"]}}
    assert TeamStore(tmp_path / "all" / "team.db").levels("cleo") == {EVERYWHERE: "manage"}
    run("revoke", "@editors", "annual-reports")
    assert [each["did"] for each in json.loads(run("log", "annual-reports", "--json"))] == [
        "took access from", "gave access to", "brought back", "archived", "renamed", "made",
    ]  # fmt: skip
    run("pack", "annual-reports", str(tmp_path / "reports.zip"))
    assert run("unpack", str(tmp_path / "reports.zip")).strip() == "reports"
    run("delete", "annual-reports", "--yes")
    assert [each["name"] for each in json.loads(run("list", "--json"))] == ["reports"]
