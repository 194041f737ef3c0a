"""Models: the encoder, the reader, cross-encoders, language models, and the token counter.

Floor 1. Text in, numbers or text out; weights and fitted numbers lie in `data/`. ONNX Runtime answers questions,
PyTorch is only loaded for models that have no ONNX form here. This room does not know documents or questions.
"""

import lazy_loader

__all__ = [
    "CrossEncoder",
    "LanguageModels",
    "Offer",
    "Patience",
    "SentenceEncoder",
    "SpanReader",
    "bundled_folder",
    "count_tokens",
    "is_here",
    "offers",
    "open_llm",
    "spoken",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
