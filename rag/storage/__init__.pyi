from .rows import FileRow as FileRow
from .rows import StoredChunk as StoredChunk
from .rows import suffix_of as suffix_of
from .snapshot import Snapshot as Snapshot
from .store import Store as Store
from .writer import IndexWriter as IndexWriter
