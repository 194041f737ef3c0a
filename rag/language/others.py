"""Languages other than English, as a table: what is known of each, so that its texts can be searched and asked.

A further language is a further row. Of a language with a stemmer the library that stems has also a list of function
words; `small` has what those lists lack, and what asks. This module does not know how any of it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

__all__ = ["OTHERS", "Other"]


@dataclass(frozen=True)
class Other:
    """A language. `name` is its English name; `stemmer` that of its stemmer, "" where words are cut into pairs of
    letters. `small`: words that say how is asked, not what about; of an unspaced script, where words may be cut.
    `prefixes`: a pattern of small words that are written together with the next one.
    """

    name: str
    stemmer: str
    small: str
    prefixes: str = ""

    @cached_property
    def small_words(self) -> frozenset[str]:
        """`small`, word by word."""
        return frozenset(self.small.split())


OTHERS: Final[Mapping[str, Other]] = {
    "de": Other(
        "German",
        "german",
        "wann wer wen wem wessen wo woher wohin wodurch womit wofür wozu warum weshalb wieso welche welcher welches "
        "welchen welchem wieviel viel viele vielen lange oft hoch bitte gibt gab muss müssen darf dürfen kann können "
        "soll sollen wird werden wurde wurden worden ist sind war waren hat haben hatte es man ich mir mich sich beim "
        "passiert geschieht etwa rund circa ca bzw sowie",
    ),
    "fr": Other(
        "French",
        "french",
        "qui que quoi quand où comment combien pourquoi quel quelle quels quelles quoi lequel laquelle est sont était "
        "ont a été être avoir fait faire faut peut peuvent doit doivent t il elle y on là cette ce cet ces chez très "
        "si oui non ne pas plus raison laquelle environ",
    ),
    "es": Other(
        "Spanish",
        "spanish",
        "qué quién quiénes cuándo dónde cómo cuánto cuánta cuántos cuántas cuál cuáles por para fue fueron es son era "
        "ser está están hay había se puede pueden debe deben hace cuesta vale unos unas año",
    ),
    "it": Other(
        "Italian",
        "italian",
        "chi che cosa quando dove come quanto quanta quanti quante quale quali qual perché è sono era fu erano ha "
        "hanno può possono deve devono si ci vi volta volte circa cos dov com",
    ),
    "pt": Other(
        "Portuguese",
        "portuguese",
        "quem que quê quando onde como quanto quanta quantos quantas qual quais porque porquê razão é são foi foram "
        "era há tem têm pode podem deve devem se cerca fica ficam acontece",
    ),
    "nl": Other(
        "Dutch",
        "dutch",
        "wie wat wanneer waar waarom waardoor hoe hoeveel welk welke waarheen wiens is zijn was waren wordt worden "
        "werd werden heeft hebben had mag mogen moet moeten kan kunnen er ik je jij u wij men lang vaak gebeurt "
        "ongeveer circa ca",
    ),
    "sv": Other("Swedish", "swedish", "vem vad när var varför hur många mycket vilken vilket vilka är var blev finns"),
    "da": Other("Danish", "danish", "hvem hvad hvornår hvor hvorfor hvordan mange meget hvilken hvilket hvilke er var"),
    "no": Other("Norwegian", "norwegian", "hvem hva når hvor hvorfor hvordan mange mye hvilken hvilket hvilke er var"),
    "fi": Other("Finnish", "finnish", "kuka mikä mitä milloin missä miksi miten kuinka paljon monta on oli"),
    "hu": Other("Hungarian", "hungarian", "ki mi mit mikor hol miért hogyan hány mennyi melyik van volt"),
    "ro": Other("Romanian", "romanian", "cine ce când unde cum cât câtă câți câte care este sunt era"),
    "tr": Other("Turkish", "turkish", "kim ne nerede neden nasıl kaç hangi kadar mi mı mu mü var"),
    "el": Other("Greek", "greek", "ποιος ποια ποιο τι πότε πού γιατί πώς πόσο πόσα πόσοι πόσες είναι ήταν"),
    "ru": Other(
        "Russian",
        "russian",
        "кто кого кому что чего когда где куда откуда почему зачем отчего как сколько какой какая какое какие какова "
        "каков каково каковы какую каким какого чей чья чьё был была было были есть это этот эта ли можно нужно около",
    ),
    "ar": Other(
        "Arabic",
        "arabic",
        "من ما ماذا متى أين كيف كم لماذا هل أي أية هو هي هم هذا هذه ذلك تلك الذي التي الذين في على إلى عن مع أن إن "
        "كان كانت يكون لا لم لن قد ثم أو كل بعد قبل عند منذ حتى بين عدد يمكن يجوز أنا نحن نحو",
        r"\bو?(?:[بكف]?ال|لل)(?=\w{3})|\bو(?=\w{4})",
    ),
    "zh": Other(
        "Chinese",
        "",
        "的 了 吗 呢 是 和 与 在 有 多少 什么时候 什么 哪些 哪里 哪年 哪 谁 几 怎么 怎样 如何 为什么 为何 多长 多大 "
        "多高 何时 何地 这 那 也 都 就 被 把 由 从 及 或 而 其 之 吧 啊 我 你 他 她 它 们 请问 会 要 可以",
    ),
    "ja": Other(
        "Japanese",
        "",
        "でしたか でした ですか です ますか ました ましたか ません ます されて された される れています ています "
        "いますか "
        "いつ どこ だれ 誰 なに 何 なぜ いくつ いくら どの どれ どう どんな どのくらい という といわれ について "
        "によって "
        "から まで より ので ため こと もの ある いる する した して は が を に で と の も へ か や ね よ",
    ),
    "ko": Other("Korean", "", "은 는 이 가 을 를 의 에 에서 와 과 누구 언제 어디 무엇 왜 어떻게 얼마 몇"),
}
"""By ISO 639-1 code."""
