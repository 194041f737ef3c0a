"""What is known of human languages: sentences, words, months, numbers and units, cues of question kinds.

Floor 1. Text in, spans, words and numbers out. No other room has a word list or a pattern of English.
"""

import lazy_loader

__all__ = [
    "LETTERS",
    "MATCHES",
    "MONTHS",
    "NAMES",
    "Date",
    "Kind",
    "Offers",
    "Quantity",
    "Side",
    "analyzer",
    "cased",
    "dates",
    "defines",
    "elsewhere",
    "forms",
    "has_word",
    "is_function_word",
    "kind_of",
    "longest_run",
    "matches",
    "normalise",
    "offers",
    "printable",
    "quantities",
    "sentence_spans",
    "sentences",
    "sides_of",
    "sources_question",
    "strip_span",
    "sums_up",
    "terms",
    "topic_of",
    "units",
    "unspoken",
    "wants",
    "words",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
