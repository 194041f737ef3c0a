"""Indexing: sources become the next generation of the index: plan, read, chunk, embed, commit, report.

Floor 3. This room does not know how a question is answered.
"""

import lazy_loader

__all__ = [
    "FolderChanges",
    "LocalWorkers",
    "Migrated",
    "build",
    "chunk_id",
    "chunks_of",
    "compare_folder",
    "create_empty_index",
    "erase_index",
    "leftover_originals",
    "made_by_this_reader",
    "migrate",
    "rebuild_lenses",
    "recipe_of",
    "unread",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
