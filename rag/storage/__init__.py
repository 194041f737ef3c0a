"""Storage: the truth, one SQLite file with documents, text, chunks, vectors and what made them; and conversations.

Floor 2. A snapshot is one generation, whatever is committed meanwhile. This room does not know how anything is read,
embedded or searched.
"""

import lazy_loader

__all__ = [
    "Conversation",
    "ConversationHead",
    "ConversationStore",
    "FileRow",
    "IndexWriter",
    "Snapshot",
    "Store",
    "StoredChunk",
    "suffix_of",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
