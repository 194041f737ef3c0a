"""A server of several collections: the list of them, who may do what, and the pages of each.

This room does not know what is asked of a collection.
"""

import lazy_loader

__all__ = ["serve_collections", "team_application"]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
