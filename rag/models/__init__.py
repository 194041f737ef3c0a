"""Models: the encoder, the reader, cross-encoders, language models, and the token counter.

Floor 1. Text in, numbers or text out; weights and fitted numbers lie in `data/`. ONNX Runtime answers questions,
PyTorch is only loaded for models that have no ONNX form here. This room does not know documents or questions.
"""

import lazy_loader

__all__ = [
    "AvailableModel",
    "CrossEncoder",
    "LanguageModels",
    "SentenceEncoder",
    "SpanReader",
    "Timeouts",
    "available_models",
    "bundled_folder",
    "count_tokens",
    "is_loopback_name",
    "open_llm",
    "stream_with_timeouts",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
