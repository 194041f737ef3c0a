"""Dialogues as people have them, played with the program's own answers: `python -m benchmarks.dialogues [FOLDER]`.

One index over the country profiles of FOLDER/../sources/factbook and the documents of FOLDER/dialogues. A turn is right
when a gold sentence is among the quotes shown. As a control each follow-up is asked as a person would say it in full,
without what came before: what the dialogue loses is the difference. Prints follow-ups by kind and by their place in the
dialogue, and then every one that went wrong: how it was understood, what came first, the gold.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpora import opened
from benchmarks.gold import Gold, golds_of, shown
from benchmarks.sets import CACHE
from benchmarks.shares import Lines, keep, kept, show
from rag.assistant import Assistant
from rag.evaluate.locations import Sources
from rag.types import Answer, Turn

__all__ = ["Played", "lines_of", "main", "measure", "play_all"]


@dataclass(frozen=True, slots=True)
class Played:
    """A turn of a dialogue, from 1: the answer in the dialogue, and the answer to what it means in full."""

    dialogue: str
    turn: int
    kind: str
    question: str
    in_full: str
    answerable: bool
    golds: tuple[Gold, ...]
    answer: Answer
    control: Answer

    @property
    def right(self) -> bool:
        """Whether a gold sentence is shown in the dialogue."""
        return any(shown(self.answer, self.golds))

    @property
    def right_in_full(self) -> bool:
        """Whether a gold sentence is shown when it is said in full."""
        return any(shown(self.control, self.golds))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Plays dialogues and counts the follow-ups that are answered rightly.")
    parser.add_argument("folder", nargs="?", default="../shared/eval", type=Path)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the index is kept")
    parser.add_argument("--json", type=Path, help="where every turn's numbers go")
    parser.add_argument("--before", type=Path, help="the --json of an earlier run, shown beside")
    parser.add_argument("--all", action="store_true", help="shows the turns that went right, too")
    options = parser.parse_args(arguments)
    played = play_all(options.folder, options.cache)
    lines = lines_of(played)
    if options.json:
        keep(options.json, lines)
    show("dialogues", lines, kept(options.before))
    for one in played:
        if options.all or not (one.right if one.answerable else one.answer.status != "answered"):
            print("\n".join(_shown(one)))
    return 0


def measure(folder: Path, cache: Path = CACHE) -> Lines:
    """Every dialogue played, and the numbers of its turns by measure."""
    return lines_of(play_all(folder, cache))


def play_all(folder: Path, cache: Path = CACHE) -> list[Played]:
    """Every turn of every dialogue of `folder/dialogues`, in order."""
    own = folder / "dialogues"
    folders = {"documents": own / "documents", "factbook": folder.parent / "sources" / "factbook"}
    rows = [json.loads(line) for line in (own / "dialogues.jsonl").read_text("utf-8").splitlines() if line]
    with opened(folders, cache / "dialogues") as assistant:
        sources = Sources.of(assistant)
        return [turn for row in rows for turn in _played(row, assistant, sources)]


def lines_of(played: Sequence[Played]) -> Lines:
    """The numbers of every turn by measure: follow-ups in the dialogue and in full, by kind and by place."""
    first = [one for one in played if one.turn == 1]
    after = [one for one in played if one.turn > 1]
    asked = [one for one in after if one.answerable]
    lines: dict[str, Sequence[float]] = {
        "follow-ups right in the dialogue": [one.right for one in asked],
        "follow-ups right said in full": [one.right_in_full for one in asked],
        "- in the dialogue, of those right in full": [one.right for one in asked if one.right_in_full],
        "follow-ups called answered": [one.answer.status == "answered" for one in asked],
        "follow-ups called partly": [one.answer.status == "partly" for one in asked],
        "follow-ups called not found": [one.answer.status == "not_found" for one in asked],
        "first turns right": [one.right for one in first if one.answerable],
        "nothing answers: called answered": [one.answer.status == "answered" for one in played if not one.answerable],
    }
    for name, key in (("kind {}", _kind), ("turn {}", _turn)):
        for part in sorted({key(one) for one in asked}):
            lines[f"{name.format(part)}: in the dialogue"] = [one.right for one in asked if key(one) == part]
            lines[f"{name.format(part)}: in full"] = [one.right_in_full for one in asked if key(one) == part]
    return {name: [float(value) for value in values] for name, values in lines.items() if values}


def _played(row: dict[str, Any], assistant: Assistant, sources: Sources) -> Iterator[Played]:
    turns: list[Turn] = []
    for number, turn in enumerate(row["turns"], 1):
        answer = assistant.ask(turn["question"], turns)
        control = assistant.ask(turn["standalone"])
        golds = tuple(golds_of(turn["gold"], sources))
        said = (turn["kind"], turn["question"], turn["standalone"], turn["answerable"])
        yield Played(row["id"], number, *said, golds, answer, control)
        claimed = " ".join(
            claim.text for claim in answer.claims
        )  # nothing where nothing was found, as the terminal has it
        turns += [Turn("user", turn["question"]), Turn("assistant", claimed)]


def _kind(one: Played) -> str:
    return one.kind


def _turn(one: Played) -> str:
    return str(one.turn)


def _shown(one: Played) -> Iterator[str]:
    yield f"\n{one.dialogue}, turn {one.turn} ({one.kind}): {one.question}"
    yield f"    means      {one.in_full}  ({'right' if one.right_in_full else 'wrong'} then, {one.control.status})"
    yield f"    understood {one.answer.asked_as}  ({one.answer.status}, {one.answer.confidence:.2f})"
    yield f"    shown      {_first(one.answer)}"
    for gold in one.golds:
        yield f"    gold       {gold.path}: {gold.text[:140]}"


def _first(answer: Answer) -> str:
    return f"{answer.citations[0].path}: {answer.claims[0].text[:140]}" if answer.citations else "nothing"


if __name__ == "__main__":
    raise SystemExit(main())
