"""What is known of human languages, once: words and terms, sentences, names, numbers, dates, negation, pronouns, cues.

Floor 1. Text in, spans, words and numbers out. No other room has a word list or a pattern of English, but for what is
data about a format. A language is a module of tables, of which `english` is the first; a module for each notion is made
from it, and has the patterns that need more than a list.
"""

import lazy_loader

__all__ = [
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
