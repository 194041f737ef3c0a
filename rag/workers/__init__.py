"""Workers: files are read, chunked and embedded on the machines of a Ray cluster, to the same bits as on this one.

Floor 4. This room does not know what the index holds or how it is kept: it gives `indexing` what its own local
workers would give. Ray is imported when the first file is to be read, and by nobody who has not named a cluster.
"""

import lazy_loader

__all__ = ["RayWorkers"]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
