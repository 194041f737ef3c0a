"""Evidence: page pictures and boxes, originals, origins, evidence packs, Word documents, feedback.

Floor 6. A pack is a conversation as one HTML file that needs nothing else, with every quote, its place and its file's
hash; `verify_pack` compares the quotes that a person sees in it with the sources as they are then. This room does not
know how an answer was made.
"""

import lazy_loader

__all__ = [
    "FeedbackEntry",
    "FeedbackFile",
    "FeedbackStore",
    "Kind",
    "Origin",
    "PackedAnswer",
    "SourceState",
    "SourceViewer",
    "Verdict",
    "Viewer",
    "file_in",
    "make_pack",
    "make_word",
    "name_on_disk",
    "note_origin",
    "origins",
    "table_around",
    "told_origin",
    "verify_pack",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
