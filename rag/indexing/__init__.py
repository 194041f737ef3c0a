"""Indexing: sources become the next generation of the index: plan, read, chunk, embed, commit, report.

Floor 3. This room does not know how a question is answered.
"""

import lazy_loader

__all__ = [
    "FolderChanges",
    "Migrated",
    "build",
    "compare_folder",
    "create_empty_index",
    "made_by_this_reader",
    "migrate",
    "rebuild_lenses",
    "recipe_of",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
