"""What docs/operating.md says of a backup: the one file, copied while the program runs, is the whole index."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import apsw
from building import build
from words import WordEncoder

from rag.assistant import Assistant
from rag.config import load_config

QUESTIONS = ("who died near Sibi", "fuel across the border", "a paragraph about number 21")


def answers(sources: Path, index: Path) -> object:
    with Assistant(load_config(sources=sources, index=index, chunk_tokens=40), WordEncoder()) as assistant:
        return [[passage.to_dict() for passage in assistant.search(q, 20)] for q in QUESTIONS], assistant.documents()


def made(sources: Path, index: Path) -> None:
    build(sources, index, encoder=WordEncoder(), size=40, overlap=1, workers=1)


def test_a_copy_of_the_truth_made_during_a_build_is_a_whole_index(tmp_path: Path) -> None:
    sources, index = tmp_path / "sources", tmp_path / "index"
    sources.mkdir()
    (sources / "train.md").write_text("# Trains\n\nThe train stopped near Sibi. Sixty-four people died there.\n")
    (sources / "border.txt").write_text("Fuel is carried across the border every night.\n")
    made(sources, index)
    before = answers(sources, index)
    (sources / "many.txt").write_text("\n\n".join(f"A paragraph about number {i}." * 4 for i in range(60)))
    building = threading.Thread(target=made, args=(sources, index))
    building.start()
    copies = list[Path]()
    while building.is_alive() or len(copies) < 2:
        copy = tmp_path / f"copy{len(copies)}"
        copy.mkdir()
        origin, target = apsw.Connection(str(index / "corpus.db")), apsw.Connection(str(copy / "corpus.db"))
        with target.backup("main", origin, "main") as backup:
            backup.step()
        origin.close()
        target.close()
        copies.append(copy)
    building.join()
    after = answers(sources, index)
    restored = tmp_path / "restored"
    restored.mkdir()
    for copy in (copies[0], copies[-1]):
        shutil.rmtree(restored)
        shutil.copytree(copy, restored)
        assert answers(sources, restored) in (before, after), "the lenses are made again from it"
        made(sources, restored)
        assert answers(sources, restored) == after
