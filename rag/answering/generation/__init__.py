"""Generation: a language model writes from the passages; each sentence is verified before it is shown as cited."""

import lazy_loader

__all__ = [
    "Task",
    "Writer",
    "rewritten",
    "write",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
