"""The values that flow through the program: frozen, slotted, and without behaviour beyond showing themselves.

Floor 0. Spans are half-open code-point offsets into `Document.text`; pages are 1-based, with the printed label beside
the number. This room does not know how any value is made.
"""

import lazy_loader

__all__ = [
    "CLOSEST",
    "JSON",
    "Answer",
    "AnswerShape",
    "AnswerStatus",
    "Block",
    "BlockKind",
    "Box",
    "BuildReport",
    "Chunk",
    "Citation",
    "Claim",
    "Delta",
    "Document",
    "Done",
    "EmbedInput",
    "Embedded",
    "Encoder",
    "Entailment",
    "Event",
    "Failure",
    "Found",
    "GlyphRun",
    "Hit",
    "Inference",
    "Keys",
    "LanguageModel",
    "Loaded",
    "Move",
    "OnProgress",
    "Page",
    "PageRange",
    "PartlyReason",
    "Passage",
    "Progress",
    "Ranks",
    "Reader",
    "Role",
    "SentenceRead",
    "Source",
    "SourceStatus",
    "Span",
    "Support",
    "Turn",
    "Vectors",
    "Window",
    "WordBox",
]
__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)
