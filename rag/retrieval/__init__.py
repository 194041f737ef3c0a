"""Retrieval: a question becomes passages: query rewriting, spelling, both lenses, fusion.

Floor 3. This room does not know what an answer is.
"""

import lazy_loader

__all__ = [
    "Corpus",
    "DocumentName",
    "IndexCorpus",
    "JoinedCorpus",
    "Remembered",
    "Retrieved",
    "RewrittenQuestion",
    "Timely",
    "continued",
    "documents_of",
    "rewrite_question",
    "timely",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
