"""Both lenses in Milvus: a row for each chunk, with its vector, its words as a sparse vector, and its document.

The engine proposes, the truth decides: what the asked snapshot does not hold is left out, whatever the engine says. No
text is sent to it. `pymilvus` is imported when a server is first spoken to.
"""

import lazy_loader

__all__ = ["MilvusLenses"]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
