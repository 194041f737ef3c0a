"""What a question asks for, a person, a date, a figure, a reason, and whether a sentence gives it: not in English.

A table of patterns a language, for text in small letters; `cues` is the richer one of English. A further language is a
further row; without one nothing is known to be asked for. This module does not know how much any of it counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

__all__ = ["asks_for", "gives"]

_ASKS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "overview": r"worum geht|fass\w* .*zusammen|zusammenfassung|überblick",
        "person": r"\bwe(?:r|n|m|ssen)\b|wie heißt|name d|welche[rs]? (?:frau|mann|person|architekt|leiter)",
        "date": r"\bwann\b|welche[mnrs]? (?:jahr|tag|datum|monat|uhrzeit)|um wie ?viel uhr|seit wann|bis wann",
        "place": r"\bwo\b|woher|wohin|an welche[mr]|in welche[mr] (?:stadt|land|ort|gebäude|straße)",
        "number": r"wie ?viele?|wie (?:oft|hoch|lang|groß|tief|breit|weit"
        r"|schwer|alt|dick|schnell|hart|warm|teuer|lange)\b"
        r"|anzahl|welche (?:fläche|höhe|länge|größe|tiefe|breite|summe|temperatur)",
        "money": r"\bkost|preis|teuer|gebühr|umsatz|gewinn|budget|betrag|\bmiete|gehalt|wie ?viel geld|summe",
        "duration": r"wie lange|dauer|\bfrist\b",
        "share": r"prozent|anteil",
        "reason": r"warum|weshalb|wieso|weswegen|aus welchem grund|\bgrund\b|ursache",
    },
    "fr": {
        "overview": r"de quoi (?:parle|traite|s.agit)|résum",
        "person": r"\bqui\b(?! (?:est|sont)-ce qu)|quel est le nom|comment s.appelle|quelle? (?:architecte|personne)",
        "date": r"\bquand\b|quelle? (?:année|jour|date|mois|heure)|depuis quand",
        "place": r"\boù\b|quelle? (?:ville|pays|lieu|endroit|salle|rue)",
        "number": r"combien|quelle? (?:est |sont )?(?:la |le |l.)?(?:surface|taille|hauteur|longueur|profondeur|nombre|"
        r"quantité|vitesse|distance|température|superficie|largeur|poids"
        r"|âge|montant)|à quelle (?:vitesse|hauteur|profondeur)",
        "money": r"coût|prix|tarif|combien (?:coûte|paie|faut-il payer)|montant|cotisation|budget|loyer|salaire",
        "duration": r"combien de temps|quelle durée|pendant combien|durée",
        "share": r"pourcentage|\bpart\b|proportion",
        "reason": r"pourquoi|quelle raison|pour quelle|cause",
    },
    "es": {
        "overview": r"de qué trata|resum",
        "person": r"\bquién(?:es)?\b|cómo se llama|nombre d",
        "date": r"\bcuándo\b|qué (?:año|día|fecha|mes|hora)|desde cuándo",
        "place": r"\b(?:a)?dónde\b|qué (?:ciudad|país|lugar|calle|sala)",
        "number": r"cuánt|qué (?:altura|longitud|superficie|profundidad|tamaño|distancia|número|cantidad|temperatura)",
        "money": r"cuesta|precio|cuánto (?:vale|cost|se pag|se perdi|dinero)|coste|importe|presupuesto|alquiler|tarifa",
        "duration": r"cuánto (?:tiempo|dura)|duración|cuánt[oa]s (?:horas|días|años|meses|semanas)",
        "share": r"porcentaje|proporción|qué parte",
        "reason": r"por qué|qué motivo|qué razón|causa",
    },
    "it": {
        "overview": r"di (?:che )?cosa (?:parla|tratta)|riassum|riassunto",
        "person": r"\bchi\b|come si chiama|nome d",
        "date": r"\bquando\b|(?:che|quale) (?:anno|giorno|data|mese|ora)|a che ora",
        "place": r"\b(?:da )?dove\b|(?:che|quale) (?:città|paese|luogo|via|sala)",
        "number": r"quant|che (?:altitudine|altezza|lunghezza|superficie"
        r"|profondità|distanza|velocità|temperatura)|numero",
        "money": r"\bcost|prezzo|quanto si paga|tariffa|importo|affitto|stipendio",
        "duration": r"quanto (?:tempo|dura)|durata|per quant",
        "share": r"percentuale|\bquota\b|quale parte",
        "reason": r"perché|per quale motivo|motivo|causa",
    },
    "pt": {
        "overview": r"de que (?:trata|fala)|resum",
        "person": r"\bquem\b|como se chama|nome d",
        "date": r"\bquando\b|que (?:ano|dia|data|mês|horas?)",
        "place": r"\b(?:a)?onde\b|que (?:cidade|país|países|lugar|rua|sala)",
        "number": r"quant|qual (?:é )?[oa] (?:altura|comprimento|área|profundidade"
        r"|tamanho|distância|número|temperatura)",
        "money": r"\bcust|preço|quanto (?:paga|vale|se paga)|valor|orçamento|renda|tarifa",
        "duration": r"quanto tempo|duração|quant[oa]s (?:horas|dias|anos|meses|semanas)",
        "share": r"percentagem|porcentagem|que parte",
        "reason": r"por ?qu[eê]|que razão|que motivo|causa",
    },
    "nl": {
        "overview": r"waar gaat .*over|samenvat",
        "person": r"\bwie\b|hoe heet|naam van|welke (?:architect|persoon)",
        "date": r"\bwanneer\b|welk[e]? (?:jaar|dag|datum|maand)|hoe laat|tot wanneer|sinds wanneer",
        "place": r"\bwaar\b|welke (?:stad|plaats|straat|zaal)|welk land",
        "number": r"hoeveel|hoe (?:hoog|lang|groot|diep|breed|ver|zwaar|oud|dik|snel|warm|vaak)\b|aantal",
        "money": r"\bkost|prijs|hoeveel (?:geld|betaal)|huurprijs|bedrag|vergoeding|budget|salaris",
        "duration": r"hoe lang|hoe snel|duur|termijn",
        "share": r"procent|percentage|aandeel",
        "reason": r"waarom|welke reden|reden|oorzaak",
    },
    "ru": {
        "overview": r"о ч[её]м|кратк|содержание",
        "person": r"\bкто\b|\bкого\b|\bкому\b|\bкем\b|как зовут|чь[яёи]",
        "date": r"\bкогда\b|како[мй] (?:год|день|месяц)|какого (?:числа|года)|во сколько",
        "place": r"\bгде\b|\bкуда\b|\bоткуда\b|како[мй] (?:город|стране)",
        "number": r"сколько|каков[аоы]? |какая (?:площадь|высота|длина|глубина"
        r"|температура|ширина)|какой (?:высот|длин|глубин)"
        r"|насколько|число",
        "money": r"стоит|стоимост|цена|сколько (?:денег|платят|стоил)|бюджет|обош|зарплат",
        "duration": r"как долго|сколько (?:времени|дней|лет|часов|недель|месяцев)|длил|продолж",
        "share": r"процент|доля",
        "reason": r"почему|отчего|из-за чего|причин|зачем",
    },
    "ar": {
        "overview": r"ما موضوع|لخص|ملخص|عم يتحدث",
        "person": r"^من (?!أين)|\bمن (?:هو|هي|الذي|التي|قام|صمم|مدير|كتب|بنى|أسس)|ما اسم",
        "date": r"\bمتى\b|أي (?:سنة|عام|يوم|شهر|ساعة)|منذ متى",
        "place": r"\bأين\b|أي (?:مدينة|بلد|مكان|طابق)",
        "number": r"\bكم\b|ما (?:عدد|طول|ارتفاع|مساحة|عمق|درجة|نسبة|قيمة|رسم|هي غرامة)",
        "money": r"تكلف|كلف|ثمن|سعر|رسم|غرامة|ميزانية|راتب|إيجار",
        "duration": r"كم (?:يوما|سنة|ساعة|أسبوعا|شهرا|من الوقت|تستغرق|استغرق)|مدة",
        "share": r"نسبة|بالمئة",
        "reason": r"لماذا|ما سبب|ما السبب|لم ",
    },
    "zh": {
        "overview": r"总结|概括|主要内容|讲什么|摘要",
        "person": r"谁|哪位|叫什么名字",
        "date": r"什么时候|何时|哪一?年|几点|几月|几号|哪天|哪一天|日期",
        "place": r"哪里|哪儿|在哪|何处|什么地方|哪个(?:城市|国家|地方)|哪些国家",
        "number": r"多少|几[个名人家间次年天月所条台号点]|多[长大高深远重久快]|面积|数量|人数",
        "money": r"多少钱|价格|费用|租金|工资|票价|成本|造价|花了|奖金|金额",
        "duration": r"多久|多长时间|有多长|几[天年周]|几个月|期限",
        "share": r"百分之|比例",
        "reason": r"为什么|为何|原因|怎么会",
    },
    "ja": {
        "overview": r"要約|まとめて|何について|概要",
        "person": r"誰|だれ|どなた|名前は",
        "date": r"いつ|何[年月日時]|何曜日",
        "place": r"どこ|どちら|どの(?:国|町|市)",
        "number": r"いくつ|いくら|何[人軒本個件台枚度メパキ回名]|どのくらい"
        r"|どれくらい|何(?:メートル|キロ|パーセント|リットル)",
        "money": r"いくら|料金|費用|値段|価格|入場料|税",
        "duration": r"何(?:日間|年間|か月|ヶ月|週間|時間|分)|どのくらいの(?:時間|期間)|期間|かかり",
        "share": r"何(?:パーセント|割|％)|割合",
        "reason": r"なぜ|どうして|理由|原因",
    },
}
_MONTHS: Final[Mapping[str, str]] = {
    "de": "januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember",
    "fr": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    "es": "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    "it": "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    "pt": "janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
    "nl": "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    "ru": "январ|феврал|март|апрел|ма[йя]\\b|июн|июл|август|сентябр|октябр|ноябр|декабр",
    "ar": "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|رمضان",
    "zh": "[0-9一二三四五六七八九十]+[月日号点]",
    "ja": "[0-9一二三四五六七八九十]+[月日時]",
}
_DAYS: Final[Mapping[str, str]] = {
    "de": r"\w+tags?\b|uhr\b|woche|ende",
    "fr": r"(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|\d h\b|heures",
    "es": r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|horas",
    "it": r"(?:lune|marte|mercole|giove|vener)dì|sabato|domenica|alle \d",
    "pt": r"segunda|terça|quarta|quinta|sexta|sábado|domingo|\dh\b|horas",
    "nl": r"\w+dag\b|uur|half \w+|weekend",
    "ru": r"понедельник|вторник|сред[аеу]|четверг|пятниц|суббот|воскресень|час",
    "ar": r"السبت|الأحد|الاثنين|الثلاثاء|الأربعاء|الخميس|خميس|الجمعة|الساعة|شهر",
    "zh": r"星期|周[一二三四五六日末]|点|上旬|中旬|下旬|每[年月]",
    "ja": r"曜|時|毎[年月]|午前|午後|週末",
}
_NUMBERS: Final[Mapping[str, str]] = {
    "de": r"\b(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf"
    r"|zwölf|\w*zig|\w*hundert|\w*tausend|hälfte|drittel)\b",
    "fr": r"\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze"
    r"|douze|quinze|vingt|trente|cent|mille|moitié|tiers)\b",
    "es": r"\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once"
    r"|doce|quince|veinte|cien|mil|mitad|media|tercera)\b",
    "it": r"\b(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|venti|cento|mille|metà)\b",
    "pt": r"\b(?:dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|vinte|cem|mil|metade|terço)\b",
    "nl": r"\b(?:twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|twintig|honderd|duizend|helft|kwart)\b",
    "ru": r"\b(?:дв[ае]|двух|три|трёх|четыре|четырёх|пять|шесть|семь"
    r"|восемь|девять|десять|сорок|сто|тысяч\w*|половин\w*)\b",
    "ar": r"اثن|ثلاث|أربع|خمس|ست|سبع|ثمان|تسع|عشر|مئ|ألف|مليون|نصف|ربع|ضعف|سبعون|مرتين|أسابيع",
    "zh": r"[一二三四五六七八九十百千万两亿]+",
    "ja": r"[一二三四五六七八九十百千万億]+",
}
_MONEY: Final[Mapping[str, str]] = {
    "de": r"euro|cent\b|franken|kostenlos|mark\b",
    "fr": r"euros?|francs?|gratuit",
    "es": r"euros?|pesetas?|pesos?|gratis|gratuit|no pagan",
    "it": r"euro|lire|gratuit|gratis",
    "pt": r"euros?|reais|escudos|grátis|gratuit",
    "nl": r"euro|gulden|gratis",
    "ru": r"рубл|коп|бесплатн|доллар|евро",
    "ar": r"دينار|درهم|ريال|جنيه|دولار|مجان|ليرة",
    "zh": r"元|免费|人民币|工资",
    "ja": r"円|無料",
}
_PERIODS: Final[Mapping[str, str]] = {
    "de": r"minut|stund|tage?n?\b|woche|monat|jahr|bis\b",
    "fr": r"minute|heure|jours?|semaine|mois|ans?\b|année",
    "es": r"minuto|hora|días?|semana|mes(?:es)?\b|años?",
    "it": r"minut|or[ae]\b|giorn|settiman|mes[ei]\b|ann[oi]",
    "pt": r"minuto|horas?|dias?|semana|m[eê]s(?:es)?\b|anos?",
    "nl": r"minu|uur|uren|dag|week|weken|maand|jaar",
    "ru": r"минут|час|дн[яей]|день|сут|недел|месяц|год|лет\b",
    "ar": r"دقيق|ساع|يوم|أيام|أسبوع|أسابيع|شهر|أشهر|سن|عام",
    "zh": r"分钟|小时|[天日周月年]",
    "ja": r"分|時間|[日週月年]",
}
_REASONS: Final[Mapping[str, str]] = {
    "de": r"\bweil\b|\bda\b|\bdenn\b|wegen|aufgrund|deshalb|daher|grund|damit|infolge|ursache|sonst|durch\b",
    "fr": r"parce qu|car\b|à cause|en raison|grâce|afin|pour |souffert|cause|touché par",
    "es": r"porque|debido|a causa|por (?:el|la|los|las)|llevaron|motivo|razón|puesto que|ya que|causa",
    "it": r"perché|a causa|poiché|dovut|motivo|grazie|per via|siccome",
    "pt": r"porque|devido|deveu-se|por causa|graças|motivo|razão|pois\b",
    "nl": r"omdat|doordat|want\b|wegens|vanwege|door\b|daardoor|reden|anders",
    "ru": r"потому|поскольку|из-за|причин|так как|благодаря|вследствие|поэтому|ведь",
    "ar": r"بسبب|لأن|نظرا|من أجل|نتيجة|إذ",
    "zh": r"因为|由于|因|受.*影响|为了|所以|导致",
    "ja": r"ため|ので|から|理由|原因",
}
_TITLES: Final[Mapping[str, str]] = {  # before or behind the name of a person, or what a person is
    "de": r"\b(?:dr|prof|herr|frau|ing)\b|meister|leiter|vorsitz|führ|direktor|architekt",
    "fr": r"\b(?:m|mme|mlle|dr)\b|président|directeur|directrice|architecte|préside|maire",
    "es": r"\b(?:sra?|dra?|don|doña|d|ing)\b|director|alcalde|president|arquitect",
    "it": r"\b(?:sig|sig\.ra|dott|ing|prof|arch|avv)\b|direttor|gestor|president|sindac",
    "pt": r"\b(?:sra?|dra?|eng|prof|d)\b|diretor|president|responsável|arquitet",
    "nl": r"\b(?:dhr|mevr|drs|dr|ir|prof)\b|directeur|voorzitter|architect|burgemeester",
    "ru": r"проф|акад|директор|руковод|заместител|староста|председател|инженер|архитектор|(?:ович|евич|овн|евн)",
    "ar": r"الدكتور|المهندس|السيد|الأستاذ|المدير|مدير|الشيخ",
    "zh": r"先生|女士|博士|经理|董事长|主管|教授|工程师|院长|校长|馆长",
    "ja": r"さん|氏|博士|教授|組合長|会長|社長|館長|先生",
}
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20)\d\d(?!\d)")
_UNIT = re.compile(
    r"\d\s?(?:m|km|cm|mm|m²|m³|kg|t|l|ha|°\w*|qm|км|см|кг|метр|米|公里|公斤|メートル|キロ|度)(?!\w)|متر|درجة"
)
_NAMES = re.compile(r"(?<!^)\b[A-ZÀ-ÞА-ЯЁ][\w’'-]+,? (?:(?:de|da|do|van|der|von|el|y) )*[A-ZÀ-ÞА-ЯЁ][\w’'-]+")
_PLACE = re.compile(
    r"\b(?:am|im|in|auf|an|bei|nach|aus|à|au|en|dans|sur|de|du|nella?|sul|a|em|no|na|op|aan|te|van|в|на|из) "
    r"(?:\w+ ){0,2}[A-ZÀ-ÞА-ЯЁ]"
)
_SAYS: Final = {
    "date": (_MONTHS, _DAYS),
    "number": (_NUMBERS,),
    "money": (_MONEY,),
    "duration": (_PERIODS,),
    "reason": (_REASONS,),
    "person": (_TITLES,),
}


def asks_for(question: str, language: str) -> frozenset[str]:
    """The kinds of things that a question asks for; none where none is known."""
    lower = question.lower()
    return frozenset(kind for kind, cue in _ASKS.get(language, {}).items() if re.search(cue, lower))


def gives(kind: str, sentence: str, language: str) -> bool:
    """Whether a sentence gives a thing of the kind that is asked for."""
    digits = any(character.isdigit() for character in sentence)
    said = digits if kind == "number" else False
    said = said or (kind == "date" and _YEAR.search(sentence) is not None)
    said = said or (kind == "share" and ("%" in sentence or "％" in sentence))
    said = said or (kind == "money" and any(sign in sentence for sign in "€$£¥"))
    said = said or (kind == "person" and _NAMES.search(sentence) is not None)
    said = said or (kind == "place" and _PLACE.search(sentence) is not None)
    return said or any(pattern.search(sentence.lower()) is not None for pattern in _patterns(kind, language))


@lru_cache(maxsize=256)
def _patterns(kind: str, language: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(table[language]) for table in _SAYS.get(kind, ()) if language in table)
