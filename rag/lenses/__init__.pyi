from .folder import LensFolder as LensFolder
from .milvus import MilvusLenses as MilvusLenses
