"""Lenses: the dense (FAISS) and the lexical (tantivy) index, or Milvus for both; derived from storage, rebuilt from it.

Floor 2. Written by `indexing`, asked by `retrieval`; each is a folder of immutable shards, stamped with its
generation, or lies on a server. This room does not know what the keys stand for.
"""

import lazy_loader

__all__ = ["LensFolder", "MilvusLenses"]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
