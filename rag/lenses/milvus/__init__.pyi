from .lenses import MilvusLenses as MilvusLenses
