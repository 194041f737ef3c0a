"""Collections: several folders of sources, each with an index and settings of its own, opened when they are asked.

Floor 7. This room does not know who may ask them, nor how they are shown.
"""

import lazy_loader

__all__ = [
    "Collection",
    "CollectionFolder",
    "JoinedAssistant",
    "JoinedViewer",
    "OpenCollections",
    "delete_collection",
    "names_in",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
