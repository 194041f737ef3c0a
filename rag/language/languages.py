"""Which language a text is in: by the small words of English first, then by py3langid, which this module owns.

The model reads character sequences, sends nothing and always says the same of the same text. It takes a second to load,
so that English, which a few words give away, does without. This module does not know what follows from it.
"""

from __future__ import annotations

import io
import lzma
import re
from array import array
from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rag.language.scripts import UNSPACED

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["language_of", "language_of_paragraph", "likeliest", "reads_as_english"]

_WORD = re.compile(r"[^\W\d_]+")
_SLICE, _SLICES = 250, 16  # characters, and how many stretches of a long text are looked at
_FEWEST = 12  # letters; of Chinese and Japanese a third
_SURE = 0.4  # of the model's probability
_KNOWN: Final = (  # what people write documents in; small languages near to these would take their short texts
    "af ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko la lt lv mk ms nl no "
    "pl pt ro ru sk sl sq sr sv sw ta th tl tr uk ur vi zh"
)
_NOTHING = "zxx"  # the model's word for what is no language
_SMALL_WORDS: Final = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and of that with from this which were been their they would",
        "de": "der die das und ist nicht wird wurde dem den des von mit für auf eine sich",
        "fr": "le les des est une dans que qui pour pas sur au du et il elle avec",
        "es": "el los las del una que por con para es se su fue al y",
        "it": "il gli della di che per una è con del nel dei alla sono e",
        "pt": "o os uma que não para com do da dos das em é foi e ao",
        "nl": "de het een van en is niet dat op te voor zijn met wordt aan",
        "ru": "и в не на что с по это из как к для от был за",
        "pl": "i w na nie się z do że jest to o dla od przez po",
        "sv": "och att det som en är på för av med den inte till har",
        "da": "og at det som en er på for af med den ikke til har blev",
        "hu": "a az és hogy nem egy is van volt meg ez ki csak",
        "tr": "ve bir bu da de için ile çok olarak olan daha",
    }.items()
}
_ENGLISH_SHARE = 0.07  # of all words; prose has twice as many, other languages none but "of"
_PARAGRAPH_WORDS, _PARAGRAPH_SHARE = 8, 0.2


def language_of(text: str) -> str:
    """ISO 639-1 code of what most of a text is in; empty where that cannot be told."""
    words = _WORD.findall(_sample(text))
    letters = "".join(words)
    fewest = _FEWEST // 3 if UNSPACED.search(letters) else _FEWEST
    if len(letters) < fewest:
        return ""
    if _share(words, "en") >= _ENGLISH_SHARE and len(words) >= _PARAGRAPH_WORDS:
        return "en"
    found, probability = _model().classify(" ".join(words))
    return str(found) if found != _NOTHING and probability >= _SURE else ""


def likeliest(text: str, languages: Collection[str]) -> tuple[str, float]:
    """Which of some languages a text is in, by the model, and how likely beside the others. Some must be known to it.

    One that is not known counts as unlikely.
    """
    known = {str(language): float(probability) for language, probability in _model().rank(text)}
    found = {language: known.get(language, 0.0) for language in languages}
    best = max(found, key=lambda language: found[language])
    return best, found[best] / (sum(found.values()) or 1.0)


def reads_as_english(text: str, language: str) -> bool:
    """Whether a piece of a document in a language is English, or is not known to be anything else."""
    return language in ("", "en") or _share(_WORD.findall(text), "en") >= _ENGLISH_SHARE


def language_of_paragraph(text: str, default: str) -> str:
    """The language of a paragraph of a text in `default`, which stands unless the small words clearly say another."""
    words = _WORD.findall(text[: _SLICE * 2])
    if len(words) < _PARAGRAPH_WORDS:
        return default
    shares = {language: _share(words, language) for language in _SMALL_WORDS}
    best = max(shares, key=lambda language: shares[language])
    if shares[best] < _PARAGRAPH_SHARE or shares.get(default, 0.0) * 3 > shares[best]:
        return default
    return best


def _share(words: list[str], language: str) -> float:
    small = _SMALL_WORDS[language]
    return sum(word.lower() in small for word in words) / max(1, len(words))


def _sample(text: str) -> str:
    """The whole of a short text, stretches from all over a long one."""
    if len(text) <= _SLICE * _SLICES:
        return text
    step = len(text) // _SLICES
    return "\n".join(text[at * step : at * step + _SLICE] for at in range(_SLICES))


@lru_cache(maxsize=1)
def _model() -> LanguageIdentifier:
    """The model of py3langid, read in memory: its own loader writes a temporary file, which a reader may not."""
    import numpy as np
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

    with lzma.open(MODEL_DIR / MODEL_FILE) as packed, np.load(io.BytesIO(packed.read())) as stored:
        moves, rows = (
            array({2: "H", 4: "I"}[stored[name].dtype.itemsize], stored[name].tobytes())
            for name in ("nextmove", "nextmove_row")
        )
        classes, features = stored["classes"].tolist(), stored["out_feat"].tolist()
        model = LanguageIdentifier(stored["ptc"], stored["pc"], classes, moves, features, norm_probs=True, tk_row=rows)
    model.set_languages([*_KNOWN.split(), _NOTHING])
    return model
