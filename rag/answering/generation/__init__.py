"""Generation: a language model writes from the passages; each sentence is verified before it is shown as cited."""

import lazy_loader

__all__ = [
    "AnswerGenerator",
    "GenerationTask",
    "generate_answer",
    "rewrite_with_model",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
