"""What a person is told about the language of a question or of the sources, in the language of the question.

A table that a translator extends; a language that is not in it is told in English. This module does not know when
something is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from rag.language.others import OTHERS

__all__ = [
    "blank_notice",
    "by_words_notice",
    "cell_opening",
    "closest_opening",
    "foreign_source_notice",
    "languages_served",
    "other_language_notice",
]


class _Notice(NamedTuple):
    """`words`: only the words of questions in this language are understood. `other`: no source is in it.

    `closest` introduces the closest sentences, `cell` the cell of a table that the words lead to, `blank` says that it
    is blank.
    """

    words: str
    other: str
    closest: str
    cell: str
    blank: str


_NOTICES: Final[Mapping[str, _Notice]] = {
    "de": _Notice(
        "Footnote versteht Fragen auf Deutsch nur über ihre Wörter. "
        "Ob ein Satz sie beantwortet, prüfen Sie bitte selbst.",
        "Die Frage ist auf Deutsch gestellt, aber keine der Quellen ist auf Deutsch.",
        "Die Quellen sagen das nicht ausdrücklich. Am nächsten kommen sie hier:",
        "Nach den Wörtern der Frage ist diese Zelle gemeint:",
        "In dieser Zeile ist „{head}“ leer.",
    ),
    "fr": _Notice(
        "Footnote ne comprend les questions en français que par leurs mots. Vérifiez si une phrase y répond vraiment.",
        "La question est posée en français, mais aucune des sources n’est en français.",
        "Les sources ne le disent pas expressément. Voici ce qui s’en rapproche le plus :",
        "D’après les mots de la question, il s’agit de cette cellule :",
        "« {head} » est vide dans cette ligne.",
    ),
    "es": _Notice(
        "Footnote entiende las preguntas en español solo por sus palabras. Compruebe si una frase responde de verdad.",
        "La pregunta está en español, pero ninguna de las fuentes está en español.",
        "Las fuentes no lo dicen expresamente. Esto es lo que más se acerca:",
        "Según las palabras de la pregunta, se trata de esta celda:",
        "«{head}» está vacío en esta fila.",
    ),
    "it": _Notice(
        "Footnote capisce le domande in italiano solo attraverso le parole. Verifichi se una frase risponde davvero.",
        "La domanda è in italiano, ma nessuna delle fonti è in italiano.",
        "Le fonti non lo dicono espressamente. Questo è ciò che vi si avvicina di più:",
        "Secondo le parole della domanda si tratta di questa cella:",
        "In questa riga «{head}» è vuoto.",
    ),
    "pt": _Notice(
        "O Footnote entende as perguntas em português apenas pelas palavras. Verifique se uma frase responde de facto.",
        "A pergunta está em português, mas nenhuma das fontes está em português.",
        "As fontes não o dizem expressamente. Isto é o que mais se aproxima:",
        "Pelas palavras da pergunta, trata-se desta célula:",
        "Nesta linha, «{head}» está em branco.",
    ),
    "nl": _Notice(
        "Footnote begrijpt vragen in het Nederlands alleen aan de woorden. Ga zelf na of een zin de vraag beantwoordt.",
        "De vraag is in het Nederlands gesteld, maar geen van de bronnen is in het Nederlands.",
        "De bronnen zeggen dit niet met zoveel woorden. Dit komt er het dichtst bij:",
        "Volgens de woorden van de vraag gaat het om deze cel:",
        "In deze rij is ‘{head}’ leeg.",
    ),
    "ru": _Notice(
        "Footnote понимает вопросы на русском языке только по словам. "
        "Проверьте сами, отвечает ли предложение на вопрос.",
        "Вопрос задан по-русски, но ни один из источников не написан по-русски.",
        "Источники не говорят об этом прямо. Ближе всего к вопросу:",
        "Судя по словам вопроса, речь об этой ячейке:",
        "В этой строке графа «{head}» пуста.",
    ),
    "ar": _Notice(
        "يفهم Footnote الأسئلة بالعربية من كلماتها فقط، فتحقق بنفسك من أن الجملة تجيب عن السؤال.",
        "السؤال بالعربية، وليس بين المصادر ما هو بالعربية.",
        "لا تقول المصادر ذلك صراحة، وهذا أقرب ما فيها:",
        "بحسب كلمات السؤال، المقصود هذه الخلية:",
        "الخانة «{head}» فارغة في هذا الصف.",
    ),
    "zh": _Notice(
        "Footnote 只能根据词语理解中文问题，请自行判断句子是否回答了问题。",
        "问题是用中文提的，但没有一份资料是中文的。",
        "资料中没有明确说明。最接近的是：",
        "根据问题的词语，所指的是这个单元格：",
        "这一行的“{head}”是空白的。",
    ),
    "ja": _Notice(
        "Footnote は日本語の質問を言葉の一致だけで理解します。文が答えになっているかどうかはご確認ください。",
        "質問は日本語ですが、日本語の資料はありません。",
        "資料には明記されていません。最も近いのは次の箇所です。",
        "質問の言葉からすると、このセルのことです。",
        "この行の「{head}」は空欄です。",
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


def closest_opening(language: str) -> str:
    """What stands above sentences that only come closest, in a language; "" where the English words have to do."""
    found = _NOTICES.get(language)
    return found.closest if found else ""


def cell_opening(language: str) -> str:
    """What stands above a cell that was found by the words of a question, in their language."""
    found = _NOTICES.get(language)
    return found.cell if found else "Going by the words of the question, this is the cell:"


def blank_notice(language: str, head: str) -> str:
    """That a cell found by words has nothing in it, in their language."""
    found = _NOTICES.get(language)
    return (found.blank if found else "“{head}” is blank in this row.").format(head=head)


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
