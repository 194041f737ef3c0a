"""Answering: passages become an answer of exact quotes, or of a language model's sentences, each verified.

Floor 4. This room does not know how passages were found.
"""

import lazy_loader

__all__ = [
    "MAX_PASSAGES",
    "MAX_QUESTION",
    "AnswerGenerator",
    "Asked",
    "LimitedEncoder",
    "SourceSentence",
    "TimeLimit",
    "answer_of",
    "cell_at",
    "cells_named",
    "draft_questions",
    "nearest_passages",
    "row_said",
    "verify",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
