"""Full stops that end no sentence, by language: abbreviations, and numbers that count ("im 19. Jahrhundert").

Only what the sentence splitter does not know by itself, or not for sure. Words are lower case and without their last
full stop. English is not here: its splitter's rules stand as they are. This module does not know any text.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Stops", "stops_of"]


@dataclass(frozen=True, slots=True)
class Stops:
    """One language. `before`: what something always follows. `within`: what ends a sentence only before a capital.

    `counts`: a number with a full stop is an ordinal. Where nouns have capitals, `leads` stand before such a number and
    `nouns` after it. `starts` begin a sentence, and follow neither an ordinal nor an initial.
    """

    before: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    counts: bool = False
    leads: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    streets: str = ""  # how the abbreviated name of a street ends


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GERMAN = Stops(
    before=_words(
        "dr prof dipl ing mag hr fr st nr abs art vgl bzw ca z.b d.h u.a evtl "
        "ggf inkl exkl sog geb abb tab kap bd bspw "
        "hrsg § ziff lit rn tel insb einschl max min allg gem ord"
    ),
    within=_words("mio mrd tsd jh jhd usw etc u.ä o.ä std str s zzgl abzgl"),
    counts=True,
    streets="str",
    leads=_words(
        "am im vom zum zur beim ab bis seit der die das dem den des ein eine "
        "einem einer eines jeder jedem jeden dieser "
        "diesem diesen unser unsere ihr sein und oder sowie zwischen nach vor mit in auf für"
    ),
    nouns=_words(
        "jahrhundert jahrhunderts jahrhunderte jh jahr jahrestag geburtstag klasse stock obergeschoss untergeschoss "
        "etage auflage kapitel weltkrieg semester quartal halbjahr platz tag januar jänner februar märz april mai juni "
        "juli august september oktober november dezember"
    ),
    starts=_words(
        "der die das den dem ein eine einer er sie es wir ich ihr man dies diese dieser dieses danach dann dort hier "
        "seit im am in an auf bei nach vor zu mit ohne für aber und doch auch wenn als weil da so was wer wie wo alle "
        "nur bis beim vom zum zur"
    ),
)
_FRENCH_STARTS = _words(
    "le la les l un une des il elle ils elles on ce cette ces c je nous vous dans en au aux à mais et"
)
_DANISH = Stops(
    before=_words("hr fr fru dr prof nr art stk kap s pkt jf jfr f.eks bl.a ca kl tlf adv ing evt inkl ekskl"),
    within=_words("kr mio mia mill mrd osv m.m m.v mv pct etc årh"),
    counts=True,
    starts=_words("den det de en et han hun vi jeg der her i på og men da"),
)
_CZECH = Stops(
    before=_words("dr ing mgr prof doc mudr judr čl odst písm č str ul nám např tzv tj sv obr tab kap tel srov mj"),
    within=_words("r tis mil mld kč apod atd hod s st stol př"),
    counts=True,
)
_CROATIAN = Stops(
    before=_words("dr mr prof ing čl st br str ul npr tzv tj sv gosp gđa usp"),
    within=_words("god g tis mil mlrd mln itd sl st"),
    counts=True,
)
_TABLE = {
    "de": _GERMAN,
    "fr": Stops(
        before=_words(
            "m mm mme mmes mlle mlles dr pr me mgr art p pp chap vol fig env cf ex bd tél réf éd al av apr st ste"
        ),
        within=_words("etc"),
        starts=_FRENCH_STARTS,
    ),
    "es": Stops(
        before=_words(
            "sr sra sres sras srta d dña dr dra drs prof profa art arts pág págs p pp núm núms cap vol fig aprox ej av "
            "avda ud uds gral lic ing arq vid cf tel depto"
        ),
        within=_words("etc"),
        starts=_words("el la los las un una ella se en no es de y pero su sus"),
    ),
    "it": Stops(
        before=_words(
            "sig sigg sig.ra sig.na dott dott.ssa dr prof prof.ssa avv ing geom "
            "rag arch on art artt pag pagg p pp n nn cap "
            "vol fig es cfr cf vd ca tel comm lett v"
        ),
        within=_words("ecc etc"),
        starts=_words("il lo la i gli le un una lui lei si in non è di e ma suo sua"),
    ),
    "pt": Stops(
        before=_words(
            "sr sra srs sras dr dra prof profa eng arq art arts pág págs p pp n "
            "cap vol fig ex av aprox tel cf exmo exma "
            "inc al"
        ),
        within=_words("etc"),
        starts=_words("o a os as um uma ele ela se em no na não é de e mas seu sua"),
    ),
    "ca": Stops(before=_words("sr sra dr dra prof art pàg pàgs núm p.ex av cap fig"), within=_words("etc")),
    "nl": Stops(
        before=_words(
            "dhr hr mevr mw mej dr drs ir mr prof ing art lid blz p pp nr bijv bv "
            "ca evt resp incl excl zgn vgl o.a d.w.z "
            "m.b.t i.v.m tel hfst par afb"
        ),
        within=_words("enz etc mln mld jl n.chr v.chr"),
        starts=_words("de het een hij zij ze we wij ik er dat dit deze die in op en maar"),
    ),
    "ru": Stops(
        before=_words(
            "ул пр-т просп пер наб д кв стр гл ст п пп рис табл им проф акад доц тов гр св см ср напр пос обл ред"
        ),
        within=_words("г гг млн млрд трлн тыс руб коп в вв чел тел экз кг км мин час др пр т.д т.п т.е т.к"),
    ),
    "uk": Stops(
        before=_words("вул просп пров див ст п пп рис табл проф акад доц ім напр св м буд кв гл ред"),
        within=_words("р рр млн млрд тис грн коп ін чол т.д т.п т.зв"),
    ),
    "bg": Stops(
        before=_words("ул бул чл ал т стр гл проф доц инж св вж напр гр обл"),
        within=_words("г млн млрд хил лв ст др"),
    ),
    "ar": Stops(before=_words("د أ م ص ج")),
    "tr": Stops(
        before=_words("dr prof doç av sn bkz bk cad sok mah apt no tel örn md uzm öğr alb gen"),
        within=_words("vb vs yy mln mlr"),
        counts=True,
    ),
    "pl": Stops(
        before=_words(
            "dr prof inż mgr hab ks św ul al pl os art ust pkt poz par zob por np "
            "tzn tj nr str s rys tab rozdz godz red tel "
            "im m.in ww tzw"
        ),
        within=_words("r w ww tys mln mld zł gr in itd itp ok"),
        counts=True,
    ),
    "hu": Stops(
        before=_words("dr ifj id özv prof pl ún ill kb ld vö bek tel u krt"),
        within=_words("stb évf"),
        counts=True,
        starts=_words("a az egy ez"),
    ),
    "sv": Stops(
        before=_words("dr prof hr t.ex bl.a ca s sid nr kap art jfr resp dvs f.d kl tel st fig inkl exkl"),
        within=_words("m.m osv etc kr mkr m.fl"),
    ),
    "da": _DANISH,
    "no": _DANISH,
    "fi": Stops(
        before=_words("ks esim ts tri prof nro n vrt toim"),
        within=_words("jne ym milj mrd klo yms"),
        counts=True,
    ),
    "cs": _CZECH,
    "sk": _CZECH,
    "hr": _CROATIAN,
    "sr": _CROATIAN,
    "sl": _CROATIAN,
    "ro": Stops(
        before=_words("dr prof ing art alin lit nr pag p str bd dl sf cca ex cap fig"), within=_words("etc mil mld")
    ),
    "el": Stops(
        before=_words("κ κα κ.κ δρ καθ αρ άρθρ σελ π.χ βλ πρβλ οδ λεωφ αγ"),
        within=_words("χιλ εκατ δισ κ.λπ μ.μ π.μ κτλ"),
    ),
}


def stops_of(language: str) -> Stops | None:
    """What is known of a language, by its ISO 639-1 code; None for English, and for those without such stops."""
    return _TABLE.get(language)
