"""The command line: `rag build`, `rag ask` and the others.

Floor 9. Errors are caught and shown only here and in `server`.
"""

import lazy_loader

__all__ = [
    "main",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
