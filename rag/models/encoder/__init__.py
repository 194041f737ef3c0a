"""The sentence encoder: ONNX Runtime where the model has an ONNX form, sentence-transformers elsewhere."""

import lazy_loader

__all__ = [
    "SentenceEncoder",
    "bundled_folder",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
