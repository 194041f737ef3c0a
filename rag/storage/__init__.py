"""Storage: the truth, one SQLite file with documents, text, chunks, vectors and what made them; beside it
conversations, sessions, and who may do what.

Floor 2. A snapshot is one generation, whatever is committed meanwhile. This room does not know how anything is read,
embedded or searched.
"""

import lazy_loader

__all__ = [
    "EVERYWHERE",
    "LEVELS",
    "ConversationStore",
    "Entry",
    "Grant",
    "Level",
    "Quota",
    "SessionStore",
    "Store",
    "TeamStore",
    "locked_for_builds",
    "rank",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
