"""Language models that the user names: Ollama, servers that speak OpenAI's protocol, transformers in this process."""

import lazy_loader

__all__ = [
    "LanguageModels",
    "Offer",
    "Patience",
    "is_here",
    "offers",
    "open_llm",
    "spoken",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
