"""Language models that the user names: Ollama, servers that speak OpenAI's protocol, transformers in this process."""

import lazy_loader

__all__ = [
    "AvailableModel",
    "LanguageModels",
    "Timeouts",
    "available_models",
    "is_loopback_name",
    "open_llm",
    "stream_with_timeouts",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
