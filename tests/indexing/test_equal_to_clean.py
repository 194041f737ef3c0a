"""After any sequence of changes the index gives the passages, scores and answers of a build from nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from building import build
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config
from rag.errors import SourcesMissing

NAMES = [f"{folder}{name}{suffix}" for folder in ("", "deep/") for name in "abc" for suffix in (".txt", ".md")]
LINES = [
    "The train stopped near Sibi and people died.",
    "Fuel is carried across the border every night.",
    "# A heading",
    "Only 27 percent of women can read.",
    "The port is run by a company from abroad.",
    "The train stopped near Quetta; nobody died.",
    "",
]
QUESTIONS = ("who died on the train", "how many women can read", "who runs the port", "fuel at night")
names = st.sampled_from(NAMES)
texts = st.lists(st.sampled_from(LINES), max_size=12).map("\n".join)


def answers(sources: Path, index: Path) -> object:
    """What a person can see of an index: every answer, every passage with its score and ranks, every source."""
    config = load_config(sources=sources, index=index, chunk_tokens=40)
    with Assistant(config, WordEncoder()) as assistant:
        asked = [(assistant.ask(q).to_dict(), [p.to_dict() for p in assistant.search(q, 20)]) for q in QUESTIONS]
        return asked, assistant.documents()


class Rebuilding(RuleBasedStateMachine):
    """A folder that people add to, edit, rename, copy and delete in, with a build now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp())
        self.sources = self.place / "sources"
        (self.sources / "deep").mkdir(parents=True)
        self.built = False
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("rag.lenses.shards._MOST", 3)  # chunks of a part; so there are several

    def files(self) -> list[Path]:
        return sorted(path for path in self.sources.rglob("*") if path.is_file())

    @initialize(some=st.dictionaries(names, texts, min_size=2, max_size=6))
    def begin(self, some: dict[str, str]) -> None:
        """With files that are built already, so that there is something to take over from the first step on."""
        for name, text in some.items():
            self.write(name, text)
        self.build_and_compare()

    @rule(name=names, text=texts)
    def write(self, name: str, text: str) -> None:
        (self.sources / name).write_text(text)

    @precondition(lambda self: self.files())
    @rule(data=st.data(), name=names)
    def rename(self, data: st.DataObject, name: str) -> None:
        data.draw(st.sampled_from(self.files())).rename(self.sources / name)

    @precondition(lambda self: self.files())
    @rule(data=st.data(), name=names)
    def copy(self, data: st.DataObject, name: str) -> None:
        source = data.draw(st.sampled_from(self.files()))
        if source != self.sources / name:
            shutil.copy2(source, self.sources / name)

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.files())).unlink()

    @rule()
    def build_and_compare(self) -> None:
        clean = self.place / "clean"
        shutil.rmtree(clean, ignore_errors=True)
        try:
            self._build(self.place / "index")
        except SourcesMissing:
            assert not self.files()
            return
        self.built = True
        if self.files():
            self._build(clean)
            assert answers(self.sources, self.place / "index") == answers(self.sources, clean)

    @invariant()
    def the_index_opens(self) -> None:
        if self.built:
            answers(self.sources, self.place / "index")

    def _build(self, index: Path) -> None:
        build(self.sources, index, encoder=WordEncoder(), size=40, overlap=1, workers=1)

    def teardown(self) -> None:
        shutil.rmtree(self.place)
        self.patch.undo()


TestRebuilding = Rebuilding.TestCase
TestRebuilding.settings = settings(max_examples=4, stateful_step_count=10, suppress_health_check=list(HealthCheck))
