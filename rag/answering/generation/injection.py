"""Passages made harmless before a language model reads them: documents are data, whatever they say.

What speaks to a model instead of to a reader is left out, and so are the signs by which models tell who speaks,
citation marks, and characters that nobody sees. Only the prompt is changed: quotes come from the source itself. This
module knows patterns of English; it cannot know every way to hide an instruction, which is why every sentence that a
model writes is checked all the same.
"""

from __future__ import annotations

import re
import unicodedata

from rag.answering.generation.citation_marks import without_marks

__all__ = ["speaks_to_a_model", "without_injection"]

_SIGNS = re.compile(
    r"<\s*[|/]?\s*(?:im_start|im_end|system|user|assistant|s|bos|eos|think|thinking|tool_call|start_of_turn|"
    r"end_of_turn|"
    r"start_header_id|end_header_id|eot_id|begin_of_text|end_of_text|endoftext|instructions?)\s*[|/]?\s*>|<\|[^|"
    r">]{0,40}\|?>?|"
    r"\[/?(?:INST|SYS|SYSTEM|AVAILABLE_TOOLS)\]|<</?SYS>>|^\s*#{2,}\s*(?:system|user|assistant|instructions?|"
    r"response)\b:?",
    re.IGNORECASE | re.MULTILINE,
)
_TAKEN = re.compile(r"<\|[^|>]{1,40}\|>|<(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>", re.IGNORECASE)
"""Signs that no document has for its readers: what stands beside them is left out with them."""
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|</?[a-z][^<>]*>", re.IGNORECASE)
_ENCODED = re.compile(r"\b(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{32,}={0,2}")
_LABEL = re.compile(r"^\W*(?:sources?|references?|answers?|questions?|citations?)\s*:\s*", re.IGNORECASE)
_UNSEEN = ("Cf", "Cc", "Co", "Cn")
_ELSEWHERE = (  # "ignore the instructions", "answer only", in other languages
    r"\b(?:ignor(?:ez|er?|iere?n?|ad?|ate|em?|e)|oubli(?:ez|e)|vergiss|missachte|olvida|esquece|dimentica)\b.{0,60}"
    r"\b(?:instructions?|consignes?|anweisungen|vorgaben|instrucciones|instruções|istruzioni)\b",
    r"(?:忽略|无视|忘记|無視|忽視).{0,20}(?:指示|指令|说明|提示|規則|规则)",
    r"(?:игнорируй|забудь|проигнорируй)\w*.{0,40}(?:инструкци|указани|правил)",
    r"(?:تجاهل|انس).{0,40}(?:التعليمات|الأوامر)",
    r"(?:無視して|無視し|忘れて).{0,20}|(?:指示|命令)を(?:無視|忘れ)",
)
_SPEAKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass|skip|discard|do not follow|"
        r"stop following)\b.{0,40}\b(?:previous|above|"
        r"prior|earlier|preceding|all|any|these|those|the|your|other|system|safety)\b.{0,30}\b(?:instructions?|"
        r"prompts?|rules?|"
        r"guidelines?|directions?|directives?|commands?|passages?|context|text|constraints?|citations?)\b",
        r"^\W*(?:system|assistant|user|developer|human|ai)\s*(?:prompt|message|note|override)?\s*:",
        r"\b(?:you are|you're|act as|pretend (?:to be|that|you)|behave (?:as|like)|"
        r"role-?play)\b.{0,40}\b(?:assistant|ai|chat ?bot|"
        r"language model|llm|gpt|dan|jailbr\w+|unrestricted|developer mode|admin\w*)\b",
        r"\b(?:from now on|instead|new instructions?|new task|updated? instructions?|important instructions?|"
        r"hidden instructions?)\b"
        r".{0,60}\b(?:you|your|answer|reply|respond|say|write|output|must|ignore)\b",
        r"^\W*(?:please |now |always |only |just |simply |must )?(?:reply|respond|answer|output|print|repeat|write|"
        r"say|state|tell)\b"
        r".{0,30}\b(?:only|exactly|with|the following|that|instead|every|all|user|question)\b",
        r"\b(?:when|if|whenever|before|while)\b.{0,40}\b(?:asked|summari[sz]\w+|answering|responding|the user|"
        r"the question|"
        r"(?:you|model|assistant|ai) (?:reads?|answers?))\b.{0,80}\b(?:say|answer|state|reply|respond|tell|write|"
        r"output|cite|claim|"
        r"include|mention|recommend|insist)\b",
        r"\b(?:cite|mark|quote|credit|reference|attribute)\b.{0,30}\b(?:this|only|every|all|as|passage|source|"
        r"document|\d+)\b.{0,40}"
        r"\b(?:passage|source|document|answer|sentence|claim|only|instead|number)\b",
        r"\b(?:do not|don't|never|must not)\b.{0,20}\b(?:cite|mention|use|quote|trust|reveal|"
        r"rely)\b.{0,30}\b(?:other|any|these|the|"
        r"this)\b.{0,20}\b(?:passages?|sources?|documents?|instructions?|prompt)\b",
        r"\b(?:system prompt|prompt injection|initial prompt|jailbreak|developer mode)\b",
        r"\b(?:ai|language|llm) ?(?:models?|assistants?|systems?|agents?)\b.{0,40}\b(?:must|should|shall|"
        r"are (?:required|instructed)|"
        r"have to|reading this|please|note)\b",
        r"\b(?:attention|note|message|instruction|reminder)s? (?:to|for) (?:the |any |all )?(?:ai|assistants?|"
        r"models?|llms?|chat ?bots?|"
        r"language models?)\b",
        r"\b(?:end|start|begin(?:ning)?) of (?:the )?(?:passages?|context|documents?|system|instructions?|user)\b",
        r"\b(?:reveal|print|show|repeat|leak|output)\b.{0,20}\b(?:your|the)\b.{0,20}\b(?:prompt|instructions?|rules|"
        r"configuration|keys?)\b",
        r"^\W*passage \d+\b[^:]{0,80}:",
        r"[\"']?\brole\b[\"']?\s*:\s*[\"']?(?:system|assistant|user)\b",
        *_ELSEWHERE,
        r"\bthe (?:correct|right|true|only|real|final) answer(?: to (?:this|the|any|every) question)? (?:is|must|"
        r"should|will)\b",
    )
)


def without_injection(text: str) -> str:
    """The text as a model may read it, "" where it speaks to a model."""
    seen = "".join(" " if char.isspace() else char for char in text if char.isspace() or _visible(char))
    if _TAKEN.search(seen) or _ENCODED.search(seen):
        return ""
    told = _LINK.sub(lambda link: link[1] or " ", _SIGNS.sub(" ", seen))
    plain = _LABEL.sub("", without_marks(told))
    return "" if speaks_to_a_model(plain) or speaks_to_a_model(seen) else " ".join(plain.split())


def speaks_to_a_model(text: str) -> bool:
    """Whether a sentence tells a model what to do, as far as patterns can tell."""
    said = " ".join(unicodedata.normalize("NFKC", text).split())
    folded = said.translate(_LOOKALIKES)
    together = re.sub(r"(?<=\b\w)[ .\-_*](?=\w\b)", "", folded)  # "i g n o r e"
    return any(pattern.search(each) for each in {said, folded, together} for pattern in _SPEAKS)


_LOOKALIKES = str.maketrans("аеорсухіѕ’", "aeopcyxis'")


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN
