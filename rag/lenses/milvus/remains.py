"""What a Milvus server still holds of documents that are gone, and of other indexes."""

from __future__ import annotations

from rag.lenses.milvus.engine import Engine
from rag.lenses.milvus.notes import Generation, Notes
from rag.types import Remains

__all__ = ["remains"]

_AGAIN = "Build again: rag build deletes them, but for what a question of the same process reads just then."


def remains(engine: Engine, notes: Notes, generation: int) -> list[Remains]:
    """What is left beside a generation. Raises OSError, ValueError, IndexProblem."""
    noted, found = notes.generations(), engine.everything()
    told = [_rows(engine, notes, noted.get(generation))]
    used = {one.rows for one in noted.values()}
    others = [name for name in engine.collections() if name not in used] + [str(n) for n in noted if n != generation]
    told.append(
        Remains(
            "Milvus, generations",
            not others,
            f"{len(others)} others than the last" if others else "the last only",
            _AGAIN if others else "",
        )
    )
    if pending := [name for name in engine.collections() if not engine.is_compacted(name)]:
        told.append(Remains("Milvus, compaction", False, f"pending for {', '.join(pending)}"))
    else:
        told.append(Remains("Milvus, compaction", True, "done, as far as the server tells"))
    names = [name for name in found if name != engine.name]
    told.append(
        Remains(
            "Milvus, other indexes",
            True,
            f"{len(names)}: {', '.join(names)}" if names else "none",
            "To drop one that exists no more: rag doctor --drop NAME" if names else "",
        )
    )
    return told


def _rows(engine: Engine, notes: Notes, one: Generation | None) -> Remains:
    if one is None:
        return Remains("Milvus, rows", False, "this generation is not there", "Ask once: it is written then.")
    if not one.rows:
        return Remains("Milvus, rows", True, "none")
    known = {document for part in notes.parts(one.parts).values() for document in part.documents}
    count = engine.count(one.rows)
    gone = {document for document in engine.documents(one.rows) if document not in known} if count > one.chunks else ()
    said = (
        f"{count:,}, of {len(gone)} documents that are gone" if gone else f"{count:,}, none of a document that is gone"
    )
    return Remains("Milvus, rows", count <= one.chunks, said, "" if count <= one.chunks else _AGAIN)
