"""Verification: whether source sentences carry a statement, and which one does."""

import lazy_loader

__all__ = [
    "SourceSentence",
    "verify",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
