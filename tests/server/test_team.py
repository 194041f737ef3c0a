"""A folder of collections, served for real to people of different rights: whatever they send, nobody gets more."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from standing import Answered, Sender, serving

from rag.collections import CollectionFolder, OpenCollections
from rag.config import load_config
from rag.server.auth import Authenticator
from rag.server.doors import PROTOCOL, PROTOCOL_OF_A_CALL, TOOLS
from rag.server.limits import MOST_MEMBERS, MOST_NAME
from rag.server.team import team_application
from rag.server.users import users_file_line
from rag.storage import EVERYWHERE, TeamStore

PASSWORD = "a long password"
PEOPLE = ("ada", "bob", "cleo", "dan")
TEXTS = {
    "river": "# The river Tamsin\n\nThe river Tamsin is 212 kilometres long. A flood destroyed the bridge in 1902.\n",
    "lights": "# The lighthouse\n\nThe lighthouse at Cape Orrin was first lit in 1871. It is 41 metres high.\n",
    "secret": "# Project Zanzibar\n\nProject Zanzibar will close the harbour of Tamsin in 2031.\n",
}


@dataclass
class Team:
    """The server, its folder, and what somebody sends to it."""

    send: Sender
    root: Path
    opened: OpenCollections
    app: Any

    def __call__(self, who: str, path: str, given: dict[str, Any] | bytes | None = None, method: str = "") -> Answered:
        headers = {"authorization": "Basic " + base64.b64encode(f"{who}:{PASSWORD}".encode()).decode()}
        if isinstance(given, dict):
            headers["content-type"] = "application/json"
        body = json.dumps(given).encode() if isinstance(given, dict) else given
        return self.send(path, body, headers, method=method)

    def told(self, who: str, address: str, /, **given: Any) -> Any:
        answer = self(who, address, given)
        return json.loads(answer.body.decode().splitlines()[-1]) if answer.status == 200 else answer.status

    def asked(self, who: str, names: str, question: str) -> Any:
        return self.told(who, f"/c/{names}/page/ask", question=question)

    def wait_until_built(self, name: str) -> None:
        deadline = time.monotonic() + 120
        while (told := self.told("ada", f"/c/{name}/page/progress"))["state"] != "done":
            assert told["state"] != "failed", told
            assert time.monotonic() < deadline
            time.sleep(0.1)

    @property
    def store(self) -> TeamStore:
        return TeamStore(self.root / "team.db")


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Three collections: ada manages all, bob asks the river, the keepers (cleo) add to the lights, dan may nothing."""
    root = tmp_path_factory.mktemp("team")
    folder = CollectionFolder(root)
    for name, text in TEXTS.items():
        made = folder.make(name.title())
        (made.sources / f"{name}.md").write_text(text)
    store = TeamStore(root / "team.db")
    store.grant(EVERYWHERE, "ada", "manage")
    store.grant("river", "bob", "ask")
    store.set_group("keepers", ["cleo"])
    store.grant("lights", "@keepers", "add")
    store.grant("lights", "bob", "ask")
    users = dict(users_file_line(name, PASSWORD).split(":", 1) for name in PEOPLE)
    config = load_config()
    opened = OpenCollections(folder, config)
    app = team_application(opened, config, Authenticator(lambda: users), lambda: users)
    with serving(app) as send:
        found = Team(send, root, opened, app)
        for name in TEXTS:
            assert found("ada", f"/c/{name}/page/state", {}).status == 200
            found.wait_until_built(name)
        yield found
    opened.close()


def test_what_was_put_there_by_hand_is_built_when_the_server_starts(tmp_path: Path) -> None:
    folder = CollectionFolder(tmp_path)
    (folder.make("Piers").sources / "pier.md").write_text("# Pier\n\nThe pier has 34 lamps.\n")
    folder.make("Nothing yet")
    opened = OpenCollections(folder, load_config())
    with serving(team_application(opened, load_config(), None, tuple)):
        deadline = time.monotonic() + 120
        while not (folder.root / "piers" / "index" / "lexical").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        while opened.viewer("piers").assistant.ask("How many lamps has the pier?").status != "answered":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert not (folder.root / "nothing-yet" / "index").exists(), "an empty one is begun by who opens it"


def addresses(team: Team) -> list[tuple[str, str]]:
    """The method and path of everything that is served for a collection."""
    pages = next(each.kwargs["pages"] for each in team.app.user_middleware if "pages" in each.kwargs)
    made, _ = pages._pages(("river",), "manage")
    found = [(method, re.sub(r"[{}]", "", route.path)) for route in made.routes for method in sorted(route.methods)]
    gradio = [*PROTOCOL, *(each.replace("{name}", "ask") for each in PROTOCOL_OF_A_CALL), *TOOLS]
    return found + [(method, re.sub(r"[{}]", "", path)) for path in gradio for method in ("GET", "POST")]


def without_date(answer: Answered) -> tuple[int, dict[str, str], bytes]:
    return answer.status, {name: value for name, value in answer.headers.items() if name != "date"}, answer.body


def test_who_has_no_right_gets_what_anybody_gets_for_what_is_not_there(team: Team) -> None:
    everything = addresses(team)
    assert len(everything) > 80
    for method, path in everything:
        given = {"question": "When will the harbour close?"} if method == "POST" else None
        for front in ("secret", "river+secret", "secret+river"):
            hidden = team("bob", f"/c/{front}{path}", given, method)
            assert hidden.status == 404, (front, path)
            nowhere = team("bob", f"/c/{front.replace('secret', 'nothing')}{path}", given, method)
            assert without_date(hidden) == without_date(nowhere), (front, path)
    calls = {each.path for each in team.app.routes if each.path.startswith("/team/") and each.path != "/team/state"}
    assert len(calls) == 10
    filled = {
        "title": "x",
        "archived": True,
        "typed": "Secret",
        "to": "river",
        "paths": [],
        "who": "bob",
        "level": "ask",
    }
    for path in sorted(calls):
        hidden, nowhere = (
            team("bob", path, {**filled, "group": "g", "members": [], "name": name}) for name in ("secret", "nothing")
        )
        assert hidden.status == 404, path
        assert without_date(hidden) == without_date(nowhere)


def test_each_sees_and_asks_what_is_theirs(team: Team) -> None:
    seen = {
        who: {each["name"]: each["level"] for each in team.told(who, "/team/state")["collections"]} for who in PEOPLE
    }
    manage = dict.fromkeys(TEXTS, "manage")
    assert seen == {"ada": manage, "bob": {"river": "ask", "lights": "ask"}, "cleo": {"lights": "add"}, "dan": {}}
    assert [team.told(who, "/team/state")["may_make"] for who in PEOPLE] == [True, False, False, False]
    assert team.asked("bob", "river", "How long is the river Tamsin?")["claims"][0]["text"].endswith(
        "212 kilometres long."
    )
    assert team.asked("dan", "river", "How long is the river Tamsin?") == 404


def test_nobody_who_has_not_signed_in_is_answered(team: Team) -> None:
    for path in ("/team/state", "/c/river/page/state", "/c/nothing/page/state"):
        assert team.send(path, b"{}", {"content-type": "application/json"}).status == 401
    first = team.send("/c/river/", None)
    assert (first.status, first.headers["location"]) == (303, "../../login?to=river")
    form = f"username=bob&password={PASSWORD.replace(' ', '+')}".encode()
    kind = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
    for to, leads in (
        ("river", "c/river/"),
        ("river%2Blights", "c/river+lights/"),
        ("//evil.example", "./"),
        ("", "./"),
    ):
        assert team.send(f"/login?to={to}", form, kind).headers["location"] == leads


def test_several_are_asked_as_one_by_who_may_ask_each(team: Team) -> None:
    answer = team.asked("bob", "river+lights", "How long is the river Tamsin, and when was the lighthouse first lit?")
    cited = [each for claim in answer["claims"] for each in claim["citations"]]
    assert {each["path"] for each in cited} == {"river/river.md", "lights/lights.md"}
    for each in cited:
        name = each["path"].partition("/")[0]
        assert TEXTS[name][slice(*each["span"])] == each["quote"]
        place = {key: each[key] for key in ("document_id", "span", "quote", "path")}
        assert team.told("bob", "/c/river+lights/page/evidence", **place)["verdict"] == "exact"
        original = team("bob", f"/c/river+lights/page/original/{each['document_id']}/x.md")
        assert original.body.decode() == TEXTS[name]
    listed = json.loads(team("bob", "/c/lights+river/page/sources", {}).body)
    assert [each["path"] for each in listed] == ["lights/lights.md", "river/river.md"]
    only = team.told("bob", "/c/river+lights/page/ask", question="When was it first lit?", paths=["river/river.md"])
    assert only["status"] != "answered"
    assert team.asked("cleo", "river+lights", "How long is the river Tamsin?") == 404


def test_nothing_is_changed_by_who_may_only_ask(team: Team) -> None:
    before = json.loads(team("ada", "/c/river/page/sources", {}).body)
    assert team.told("bob", "/c/river/page/state")["may_change"] is False
    assert team.told("ada", "/c/river/page/state")["may_change"] is True
    assert team.told("ada", "/c/river+lights/page/state")["may_change"] is False, "several are only asked"
    for path, given in (
        ("receive?name=x.md", b"# X\n\nBrought in.\n"),
        ("remove", {"path": "river.md"}),
        ("restore", {"token": "0" * 16}),
        ("build", {}),
        ("stop", {}),
        ("fetch", {"address": "http://192.0.2.1/"}),
    ):
        assert team("bob", f"/c/river/page/{path}", given).status == 400, path
        assert team("ada", f"/c/river+lights/page/{path}", given).status == 400, path
    assert json.loads(team("ada", "/c/river/page/sources", {}).body) == before


def test_a_word_of_another_collection_is_not_known(team: Team) -> None:
    """A misspelt word is put right by the words of what is asked, and of nothing else."""
    for names in ("river", "river+lights"):
        assert team.asked("bob", names, "What is project Zanzibra about?")["asked_as"].count("Zanzibra") == 1
    assert "Zanzibar" in team.asked("ada", "river+secret", "What is project Zanzibra about?")["asked_as"]


def test_who_did_what_is_kept_for_who_manages(team: Team) -> None:
    assert json.loads(team("cleo", "/c/lights/page/receive?name=fog.md", b"# Fog\n\nFog is common in May.\n").body)
    token = team.told("cleo", "/c/lights/page/remove", path="fog.md")["token"]
    team.told("cleo", "/c/lights/page/restore", token=token)
    team.told("cleo", "/c/lights/page/remove", path="fog.md")
    log = json.loads(team("ada", "/team/log", {"name": "lights"}).body)
    did = [(each["who"], each["did"], each["what"]) for each in reversed(log)]
    assert did == [("cleo", each, "fog.md") for each in ("added", "removed", "restored", "removed")]
    assert team.told("cleo", "/team/log", name="lights") == 404


def test_the_list_tells_of_builds_to_who_may_ask(team: Team) -> None:
    index, sources = team.root / "lights" / "index", team.root / "lights" / "sources"
    with FileLock(index / "build.lock"):
        team.told("ada", "/c/lights/page/build")
        assert [team.told(who, "/team/state")["building"] for who in ("cleo", "dan")] == [True, False]
    team.wait_until_built("lights")
    sources.rename(index / "aside")
    try:
        team.told("ada", "/c/lights/page/build")
        while team.told("ada", "/c/lights/page/progress")["state"] != "failed":
            time.sleep(0.05)
        (lights,) = team.told("cleo", "/team/state")["collections"]
        assert lights["problem"].startswith("There is no sources folder")
    finally:
        (index / "aside").rename(sources)
    team.told("ada", "/c/lights/page/build")
    team.wait_until_built("lights")
    (lights,) = team.told("cleo", "/team/state")["collections"]
    assert not team.told("cleo", "/team/state")["building"]
    (sources / "unread.md").write_text("Nobody has read this yet.\n")
    assert team.told("cleo", "/team/state")["collections"] == [lights], "it counts what can be asked"
    (sources / "unread.md").unlink()


def test_a_collection_from_its_making_to_its_end(team: Team) -> None:
    assert team.told("bob", "/team/make", title="Bob's own") == 404
    name = team.told("ada", "/team/make", title="  Härbor   papers ")["name"]
    assert name == "harbor-papers"
    assert team.told("ada", "/team/make", title="Harbor papers")["name"] == "harbor-papers-2"
    team.told("ada", "/team/delete", name="harbor-papers-2", typed="Harbor papers")
    team.told("ada", f"/c/{name}/page/state")
    team("ada", f"/c/{name}/page/receive?name=depth.md", b"# Depth\n\nThe harbour is Xylograph-17 metres deep.\n")
    team.told("ada", f"/c/{name}/page/build")
    team.wait_until_built(name)
    assert team.asked("dan", name, "How deep is the harbour?") == 404
    team.told("ada", "/team/grant", name=name, who="dan", level="ask")
    assert team.asked("dan", name, "How deep is the harbour?")["claims"]
    assert team.asked("dan", f"{name}+river", "How deep is the harbour?") == 404
    team.told("ada", "/team/rename", name=name, title="Harbour papers")
    assert team.told("dan", "/team/state")["collections"][0]["title"] == "Harbour papers"
    assert b'content="Harbour papers"' in team("dan", f"/c/{name}/").body
    team.told("ada", "/team/archive", name=name, archived=True)
    assert team.asked("dan", name, "How deep is the harbour?") == 404
    assert team.told("dan", "/team/state")["collections"] == []
    team.told("ada", "/team/archive", name=name, archived=False)
    assert team.asked("ada", f"{name}+river", "How deep is the harbour?")["claims"]
    conversation = {"id": "one", "title": "Xylograph", "at": 1, "conversation": {"turns": []}}
    for front in (name, f"{name}+river"):
        assert team.told("ada", f"/c/{front}/page/keep", **conversation)["version"] == 1
    assert b"Xylograph" in b"".join(each.read_bytes() for each in team.root.rglob("*") if each.is_file())
    assert team("ada", "/team/delete", {"name": name, "typed": "harbour"}).status == 400
    team.told("ada", "/team/delete", name=name, typed="Harbour papers")
    assert team.asked("dan", name, "How deep is the harbour?") == 404
    left = {each: each.read_bytes() for each in team.root.rglob("*") if each.is_file()}
    assert not [each for each, content in left.items() if b"Xylograph" in content or b"Harbour papers" in content]
    assert not [each for each in left if name in str(each)]


def test_a_collection_that_another_process_has_replaced_is_opened_anew(team: Team) -> None:
    for depth in (17, 23):
        if depth == 23:
            team.opened.folder.delete("replaced")
            assert team.told("ada", "/c/river+replaced/page/state") == 404
        made = team.opened.folder.make("Replaced")
        (made.sources / "depth.md").write_text(f"# Depth\n\nThe harbour is {depth} metres deep.\n")
        for front in ("river+replaced", "replaced"):
            team.told("ada", f"/c/{front}/page/state")
            team.wait_until_built(front)
            assert f"{depth} metres" in team.asked("ada", front, "How deep is the harbour?")["claims"][0]["text"], front


def test_documents_are_moved_by_who_manages_both(team: Team) -> None:
    for front in ("harbour", "archive"):
        team.told("ada", "/team/make", title=front)
    team("ada", "/c/harbour/page/receive?name=a/depth.md", b"# Depth\n\nThe harbour is 17 metres deep.\n")
    assert team.told("bob", "/team/move", name="harbour", to="archive", paths=["a/depth.md"]) == 404
    moved = team.told("ada", "/team/move", name="harbour", to="archive", paths=["gone.md", "a/depth.md"])
    assert (moved["moved"], [each["path"] for each in moved["left"]]) == (1, ["gone.md"])
    assert "no file gone.md" in moved["left"][0]["problem"]
    team.wait_until_built("archive")
    assert team.asked("ada", "archive", "How deep is the harbour?")["claims"][0]["citations"][0]["path"] == "a/depth.md"
    assert team("ada", "/team/move", {"name": "harbour", "to": "archive", "paths": ["a/depth.md"]}).status == 400
    assert list((team.root / "harbour" / "sources").rglob("*.md")) == []


def test_a_collection_holds_no_more_than_it_may(team: Team) -> None:
    team.told("ada", "/team/make", title="small")
    team.told("ada", "/team/quota", name="small", most_files=1, most_bytes=None)
    receive = "/c/small/page/receive?name="
    assert team("ada", f"{receive}a.md", b"# A\n\nOne.\n").status == 200
    assert "may hold 1 files" in team("ada", f"{receive}b.md", b"# B\n\nTwo.\n").body.decode()
    team.told("ada", "/team/quota", name="small", most_files=None, most_bytes=30)
    assert team("ada", f"{receive}b.md", b"# B\n\nTwo.\n").status == 200
    assert "no room" in team("ada", f"{receive}c.md", b"# C\n\nThree, and more.\n").body.decode()
    moved = team("ada", "/team/move", {"name": "lights", "to": "small", "paths": ["lights.md"]})
    assert "no room" in moved.body.decode()
    assert sorted(each.name for each in (team.root / "small" / "sources").glob("*.md")) == ["a.md", "b.md"]
    assert (team.root / "lights" / "sources" / "lights.md").exists()


def test_the_last_who_may_manage_stays(team: Team) -> None:
    team.told("ada", "/team/make", title="lasting")
    assert team("ada", "/team/grant", {"name": "lasting", "who": "ada", "level": ""}).status == 400
    team.told("ada", "/team/grant", name="lasting", who="bob", level="manage")
    team.told("bob", "/team/grant", name="lasting", who="ada", level="")
    assert team.told("bob", "/team/people", name="lasting")["grants"] == [{"who": "bob", "level": "manage"}]


def test_names_and_groups_have_a_length(team: Team) -> None:
    long = "x" * (MOST_NAME + 1)
    assert team("ada", "/team/grant", {"name": "river", "who": long, "level": "ask"}).status == 400
    assert team("ada", "/team/group", {"group": long, "members": []}).status == 400
    many = [str(number) for number in range(MOST_MEMBERS + 1)]
    assert team("ada", "/team/group", {"group": "many", "members": many}).status == 400
    assert team("ada", "/team/group", {"group": "many", "members": many[1:]}).status == 200
    team.told("ada", "/team/group", group="many", members=[])
