"""Both lenses of an index in its folder: for each generation a folder of FAISS's and one of tantivy's files.

What is open serves any number of threads; files that the next generation has as well are not checked again. This
module does not know where the rows come from.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rag.errors import ConfigProblem
from rag.lenses import dense, lexical
from rag.lenses.dense import DenseLens
from rag.lenses.generations import VerifiedFile, publish, remove_old_generations, verified_folder
from rag.lenses.lexical import LexicalLens
from rag.lenses.shards import shards_of
from rag.types import Keys, LensRows, Remains, ShownLenses, Snapshot, Vectors

__all__ = ["VERSION", "LensFolder"]

VERSION = "3"


class LensFolder:
    """The `Lenses` in an index folder."""

    def __init__(self, index: Path) -> None:
        self._dense, self._lexical = index / dense.FOLDER, index / lexical.FOLDER
        self._lock = threading.Lock()
        self._open: _Opened | None = None

    @property
    def version(self) -> str:
        """As `Lenses` has it: of the files of a part."""
        return VERSION

    def of(self, snapshot: Snapshot) -> ShownLenses:
        """As `Lenses` has it."""
        with self._lock:
            if self._open is None or self._open.generation != snapshot.generation:
                before, self._open = self._open, None
                self._open = self._opened(snapshot.generation, before)
            return ShownLenses(_Shown(self._open.dense, snapshot), self._open.lexical)

    def publish(self, rows: LensRows, last: int = 0) -> None:
        """As `Lenses` has it: parts that generation `last` has are taken over, by a second name for the same bytes."""
        parts = {part.name: part for part in shards_of(dict(rows.documents()), f"{VERSION} {rows.recipe}")}

        def vectors(folder: Path, missing: list[str]) -> None:
            for name in missing:
                DenseLens.write_shard(folder, name, *rows.vectors(parts[name].documents))
            DenseLens.finish(folder, list(parts))

        def words(folder: Path, missing: list[str]) -> None:
            for name in missing:
                LexicalLens.write_shard(folder, name, rows.texts(parts[name].documents))
            LexicalLens.finish(folder, {part.name: part.size for part in parts.values()})

        for root, write in ((self._dense, vectors), (self._lexical, words)):
            publish(root, rows.generation, parts, write, last)

    def remove_others(self, generation: int) -> None:
        """As `Lenses` has it; what is open elsewhere is readable until it is closed."""
        for root in self._roots:
            remove_old_generations(root, generation)

    def remains(self, snapshot: Snapshot) -> list[Remains]:
        """As `Lenses` has it."""
        found = [path for root in self._roots if root.is_dir() for path in root.iterdir()]
        others = sorted({path.name for path in found} - {str(snapshot.generation)})
        said = f"search files of {len(others)} other generations" if others else "search files of this generation only"
        return [Remains("search files", not others, said, "Build again: rag build removes them." if others else "")]

    def drop(self, other: str = "") -> None:
        """As `Lenses` has it."""
        if other:
            raise ConfigProblem(
                "Search files in a folder have no names.", "Name a Milvus server in the setting lenses."
            )
        self.close()
        for root in self._roots:
            shutil.rmtree(root, ignore_errors=True)
            Path(f"{root}.lock").unlink(missing_ok=True)

    @property
    def _roots(self) -> tuple[Path, Path]:
        return self._dense, self._lexical

    def close(self) -> None:
        """As `Lenses` has it."""
        with self._lock:
            self._open = None

    def _opened(self, generation: int, before: _Opened | None) -> _Opened:
        seen = [set(old) for old in before.seen] if before else [set(), set()]
        by_vector = DenseLens.open(verified_folder(self._dense, generation, seen[0]))
        return _Opened(
            generation, by_vector, LexicalLens.open(verified_folder(self._lexical, generation, seen[1])), seen
        )


class _Opened(NamedTuple):
    """Both lenses of one generation, and the files of both that were found whole."""

    generation: int
    dense: DenseLens
    lexical: LexicalLens
    seen: Sequence[set[VerifiedFile]]


class _Shown:
    """The dense lens as it shows a snapshot, which knows the chunks of a document."""

    def __init__(self, lens: DenseLens, snapshot: Snapshot) -> None:
        self._lens, self._snapshot = lens, snapshot

    def search(self, vector: Vectors, k: int, documents: Sequence[str] | None = None) -> tuple[Keys, Vectors]:
        """As `DenseSearch` has it."""
        return self._lens.search(vector, k, None if documents is None else self._snapshot.keys(documents))

    def scores(self, vector: Vectors, keys: Keys) -> Vectors:
        """As `DenseSearch` has it."""
        return self._lens.scores(vector, keys)
