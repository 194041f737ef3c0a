"""Shared: the truth in a PostgreSQL database, for several machines; each collection in a schema of its own. Originals
in an S3-compatible store; sessions, conversations and remarks beside the index.

Floor 2. A snapshot is one read-only transaction, a writer holds a lock that goes with its connection. This room does
not know how anything is read, embedded or searched.
"""

import lazy_loader

__all__ = [
    "Address",
    "PostgresTruth",
    "S3Address",
    "is_address",
    "open_originals",
    "open_people",
    "open_postgres",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
