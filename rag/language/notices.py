"""What a person is told about the language of a question or of the sources, in the language of the question.

A table that a translator extends; a language that is not in it is told in English. This module does not know when
something is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from rag.language.others import OTHERS

__all__ = ["by_words_notice", "foreign_source_notice", "languages_served", "other_language_notice"]


class _Notice(NamedTuple):
    """`words`: only the words of questions in this language are understood. `other`: no source is in it."""

    words: str
    other: str


_NOTICES: Final[Mapping[str, _Notice]] = {
    "de": _Notice(
        "Footnote versteht Fragen auf Deutsch nur über ihre Wörter. "
        "Ob ein Satz sie beantwortet, prüfen Sie bitte selbst.",
        "Die Frage ist auf Deutsch gestellt, aber keine der Quellen ist auf Deutsch.",
    ),
    "fr": _Notice(
        "Footnote ne comprend les questions en français que par leurs mots. Vérifiez si une phrase y répond vraiment.",
        "La question est posée en français, mais aucune des sources n’est en français.",
    ),
    "es": _Notice(
        "Footnote entiende las preguntas en español solo por sus palabras. Compruebe si una frase responde de verdad.",
        "La pregunta está en español, pero ninguna de las fuentes está en español.",
    ),
    "it": _Notice(
        "Footnote capisce le domande in italiano solo attraverso le parole. Verifichi se una frase risponde davvero.",
        "La domanda è in italiano, ma nessuna delle fonti è in italiano.",
    ),
    "pt": _Notice(
        "O Footnote entende as perguntas em português apenas pelas palavras. Verifique se uma frase responde de facto.",
        "A pergunta está em português, mas nenhuma das fontes está em português.",
    ),
    "nl": _Notice(
        "Footnote begrijpt vragen in het Nederlands alleen aan de woorden. Ga zelf na of een zin de vraag beantwoordt.",
        "De vraag is in het Nederlands gesteld, maar geen van de bronnen is in het Nederlands.",
    ),
    "ru": _Notice(
        "Footnote понимает вопросы на русском языке только по словам. "
        "Проверьте сами, отвечает ли предложение на вопрос.",
        "Вопрос задан по-русски, но ни один из источников не написан по-русски.",
    ),
    "ar": _Notice(
        "يفهم Footnote الأسئلة بالعربية من كلماتها فقط، فتحقق بنفسك من أن الجملة تجيب عن السؤال.",
        "السؤال بالعربية، وليس بين المصادر ما هو بالعربية.",
    ),
    "zh": _Notice(
        "Footnote 只能根据词语理解中文问题，请自行判断句子是否回答了问题。",
        "问题是用中文提的，但没有一份资料是中文的。",
    ),
    "ja": _Notice(
        "Footnote は日本語の質問を言葉の一致だけで理解します。文が答えになっているかどうかはご確認ください。",
        "質問は日本語ですが、日本語の資料はありません。",
    ),
}
_NAMES: Final[Mapping[str, str]] = {
    **{code: one.name for code, one in OTHERS.items()},
    **{"en": "English", "pl": "Polish", "cs": "Czech", "uk": "Ukrainian", "bg": "Bulgarian", "fa": "Persian"},
    **{"he": "Hebrew", "hi": "Hindi", "th": "Thai", "vi": "Vietnamese", "id": "Indonesian", "ca": "Catalan"},
}


def by_words_notice(language: str) -> str:
    """That a question in a language is understood by its words only, in that language."""
    found = _NOTICES.get(language)
    return found.words if found else f"Footnote understands questions in {_name(language)} by their words only."


def other_language_notice(language: str) -> str:
    """That no source is in the language of the question, in that language."""
    found = _NOTICES.get(language)
    return found.other if found else f"The question is in {_name(language)}, and none of the sources is."


def foreign_source_notice(language: str) -> str:
    """That a source is in a language in which answers are not judged; told to who asks in English."""
    return (
        f"This source is in {_name(language)}. Footnote reads that language by its words only, "
        "so see for yourself whether a sentence answers the question."
    )


def languages_served(held: Mapping[str, int]) -> str:
    """How well each language of some documents is served; `held` says how many are in each, "" where not known."""
    ways: dict[str, list[str]] = {"fully": [], "by their words only": [], "by their words as they are written": []}
    for language, count in held.items():
        if language:
            way = "fully" if language == "en" else list(ways)[1 if language in OTHERS else 2]
            ways[way].append(f"{_name(language)} ({count:,})")
    return "; ".join(f"{', '.join(names)}: {way}" for way, names in ways.items() if names)


def _name(language: str) -> str:
    """The English name of a language; its code where no name is known."""
    return _NAMES.get(language, language)
