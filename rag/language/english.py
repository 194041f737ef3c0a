"""English as tables: every list of words that the modules of this room are made with, each once.

Another language is another module with these names. What a list is for, the modules that use it say.
"""

from __future__ import annotations

from typing import Final

# --- words -----------------------------------------------------------------------------------------------------------
FUNCTION_STEMS: Final = frozenset(  # as the analyzer leaves them; they say how is asked, not about what
    "a about am an and ani are as at be been befor by can could did do doe done dure each for from had has have he her "  # noqa: SIM905
    "him his how i if in into is it its itself mani me much must my no not of on or our s shall she should so some "
    "such t than that the their them then there these they this those to was we were what when where which who whom "
    "whose whi will with would you your".split()
)
IRREGULAR: Final = (  # "did it begin" and "it began" are the same word, which no stemmer knows
    "begin began begun; become became; break broke broken; bring brought; build built; buy bought; catch caught; "
    "child children; choose chose chosen; die death dead; draw drew drawn; drive drove driven; eat ate eaten; "
    "fall fell fallen; feel felt; fight fought; find found; fly flew flown; foot feet; forget forgot forgotten; "
    "give gave given; grow grew grown; hear heard; hide hid hidden; hold held; keep kept; "
    "know knew known; lay laid; lead led; leave left; lend lent; lose lost loss; make made; man men; mean meant; "
    "meet met; pay paid; person people; ride rode ridden; rise rose risen; run ran; see saw seen; seek sought; "
    "sell sold; send sent; shake shook shaken; shoot shot; sing sang sung; sink sank sunk; speak spoke spoken; "
    "spend spent; stand stood; steal stole stolen; strike struck; swim swam; take took taken; teach taught; tell told; "
    "think thought; throw threw thrown; understand understood; wear wore worn; win won; woman women; "
    "write wrote written"
)
SPELLINGS: Final = (  # one word in America and in Britain, whose stems differ
    "license licence; color colour; favor favour; labor labour; honor honour; neighbor neighbour; neighborhood "
    "neighbourhood; harbor harbour; behavior behaviour; flavor flavour; center centre; theater theatre; meter "
    "metre; liter litre; fiber fibre; organize organise; recognize recognise; summarize summarise; analyze "
    "analyse; minimize minimise; maximize maximise; optimize optimise; realize realise; authorize authorise; "
    "specialize specialise; emphasize emphasise; apologize apologise; customize customise; prioritize prioritise; "
    "finalize finalise; utilize utilise; criticize criticise; initialize initialise; synchronize synchronise; "
    "normalize normalise; defense defence; offense offence; program programme; gray grey; catalog catalogue; "
    "dialog dialogue; judgment judgement; skillful skilful; pajamas pyjamas; aluminum aluminium; airplane "
    "aeroplane; mold mould; plow plough; skeptical sceptical; jewelry jewellery; practice practise; encyclopedia "
    "encyclopaedia; anemia anaemia; fetus foetus; pediatric paediatric; maneuver manoeuvre; artifact artefact; "
    "civilize civilise; colonize colonise; industrialize industrialise; privatize privatise; urbanize urbanise; "
    "globalize globalise; hospitalize hospitalise; legalize legalise; memorize memorise; modernize modernise; "
    "stabilize stabilise; standardize standardise; visualize visualise; immunize immunise; mobilize mobilise; "
    "nationalize nationalise; penalize penalise; categorize categorise; characterize characterise; centralize "
    "centralise; generalize generalise; harmonize harmonise; symbolize symbolise; tumor tumour; vapor vapour; "
    "rumor rumour; humor humour; odor odour; armor armour; sulfur sulphur; caliber calibre"
)
ARTICLES: Final = ("a", "an", "the")
PERSON_TITLES: Final = ("mr", "mrs", "ms", "dr", "prof", "sir", "lord", "lady")
OFFICES: Final = ("general", "president", "minister", "king", "queen")
ABBREVIATED: Final = ("Mr", "Mrs", "Dr", "St", "vs", "No")  # their full stop ends no sentence
THIRD_PERSON: Final = ("it", "he", "she", "they")
POSSESSIVES: Final = ("its", "his", "her", "their")
DEMONSTRATIVES: Final = ("this", "that", "these", "those")
AUXILIARIES: Final = tuple(
    "is are was were has have had can could will would may might must should did does do".split()  # noqa: SIM905
)
SET_APART: Final = frozenset(  # words by which something else than what is named is asked for
    "after before besides but except neither never no not other than until without".split()  # noqa: SIM905
)
VALUE_NOUNS: Final = ("amount", "figure", "number", "sum", "total", "value")  # of any value, whatever it is of
ASKING_WORDS: Final = (  # of a question, besides its function words
    "which tell happen mean kind name place year person people thing high many much long far old big often"
)
ASKING_SLIPS: Final = (  # a small word, and how it is typed in haste
    "what wat waht whta hwat; which wich whcih whihc wihch; when wehn whne; where wher wheer whre; who woh; "
    "how hwo ohw; why wyh; the teh hte; and adn; does deos; that taht; their thier; there htere; with wiht; "
    "are aer; was wsa; did ddi; about abuot aobut; between bewteen betwen; difference diffrence differnce diference; "
    "many mnay; much mcuh; more mroe moer; people poeple pepole peolpe; summarise sumarise sumarize summerise summerize"
)

# --- numbers, units --------------------------------------------------------------------------------------------------
ONES: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905
        "seventeen eighteen nineteen".split()
    )
}
TENS: Final = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)  # noqa: SIM905
}
SCALES: Final = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "crore": 1e7,
    "billion": 1e9,
    "bn": 1e9,
    "trillion": 1e12,
}
ORDINALS: Final = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),  # noqa: SIM905
        1,
    )
}
FRACTIONS: Final = {"half": 0.5, "quarter": 0.25, "twice": 2.0, "thrice": 3.0, "double": 2.0, "triple": 3.0}
UNITS: Final = {
    "%": "% percent percentage pct",
    "$": "$ dollar dollars usd",
    "€": "€ euro euros eur",
    "£": "£ gbp",
    "rs": "rs rupee rupees pkr inr ₹",
    "km": "km kms kilometre kilometres kilometer kilometers",
    "mile": "mile miles mi",
    "metre": "metre metres meter meters",
    "foot": "foot feet ft",
    "inch": "inch inches",
    "cm": "cm centimetre centimetres centimeter centimeters",
    "mm": "mm millimetre millimetres millimeter millimeters",
    "kg": "kg kilogram kilograms kilogramme kilogrammes",
    "gram": "gram grams",
    "ton": "ton tons",
    "tonne": "tonne tonnes",
    "pound": "pound pounds lb lbs",
    "litre": "litre litres liter liters",
    "gallon": "gallon gallons",
    "acre": "acre acres",
    "hectare": "hectare hectares ha",
    "second": "seconds",
    "minute": "minute minutes",
    "hour": "hour hours hrs",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years yr yrs",
    "decade": "decade decades",
    "century": "century centuries",
    "kw": "kw kilowatt kilowatts",
    "mw": "mw megawatt megawatts",
    "gw": "gw gigawatt gigawatts",
    "mph": "mph",
    "kb": "kb",
    "mb": "mb",
    "gb": "gb",
    "tb": "tb",
}
PERIODS: Final = {
    name: f"{name}s" for name in ("second", "minute", "hour", "day", "week", "month", "year", "decade")
} | {"century": "centuries"}
"""Spans of time, one and several."""

# --- dates -----------------------------------------------------------------------------------------------------------
MONTH_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# --- negation --------------------------------------------------------------------------------------------------------
NEGATORS: Final = frozenset(
    "not no never cannot without neither nor none nobody nothing hardly barely scarcely fail failed fails failing "  # noqa: SIM905
    "refuse refused refuses refusing decline declined declines unable lack lacks lacked lacking deny denied denies "
    "denying prevented stopped nowhere unlikely impossible".split()
)
MERE_NEGATORS: Final = frozenset("not no never cannot nor neither none without unlikely".split())  # noqa: SIM905
"""Negators that say nothing else."""
ENDS_NEGATION: Final = frozenset(  # what comes after it is not negated any more
    "that why whether if because although though while but which who whom whose where when until unless so".split()  # noqa: SIM905
)
NEGATES_CLAUSES: Final = frozenset("deny denies denied denying unlikely impossible".split())  # noqa: SIM905
"""What comes after "that" is negated, too: "denied that it had"."""

# --- comparison ------------------------------------------------------------------------------------------------------
SHARE_OF_WHOLE: Final = {  # 0 none .. 5 all
    "none": 0, "neither": 0, "hardly": 0,
    "few": 1, "some": 2, "several": 2, "certain": 2, "sometimes": 2, "many": 3, "often": 3, "half": 3,
    "most": 4, "mostly": 4, "majority": 4, "usually": 4, "almost": 4, "nearly": 4,
    "all": 5, "every": 5, "each": 5, "always": 5, "entire": 5, "whole": 5, "everyone": 5, "everybody": 5,
}  # fmt: skip
OPPOSITES: Final = (  # the first of a group is the opposite of each of the others
    "increase decrease reduce decline drop; rise fall drop decline; grow shrink; gain lose; more less; more few; "
    "higher lower; high low; above below; over under; before after; earlier later; early late; first last; oldest "
    "youngest newest; older younger newer; old new young; largest smallest; larger smaller; large small; big "
    "small; biggest smallest; highest lowest; longest shortest; longer shorter; long short; most least; maximum "
    "minimum; majority minority; north south; east west; northern southern; eastern western; win lose; success "
    "failure; succeed fail; accept reject refuse; approve reject; allow ban prohibit forbid; permit prohibit ban; "
    "support oppose; include exclude; begin end; start end stop finish; open close; buy sell; import export; "
    "enter leave; arrive depart leave; public private; male female; man woman; boy girl; father mother; son "
    "daughter; brother sister; husband wife; king queen; live die; birth death; strong weak; stronger weaker; "
    "positive negative; better worse; best worst; agree disagree; true false; hot cold; warm cool; left right; "
    "upper lower; rich poor; richer poorer; always never; up down; fast slow; faster slower; improve worsen; "
    "strengthen weaken; expand contract; create destroy; confirm deny; guilty innocent; urban rural; domestic "
    "foreign; internal external; former current; past future; expensive cheap; safe dangerous; easy difficult; "
    "inside outside; same different; majority minority; victory defeat; ally enemy; friend enemy; summer winter; "
    "day night; morning evening; remain leave; join leave; love hate; light dark; add remove; appoint dismiss; "
    "hire fire; borrow lend; teach learn; ascend descend; advance retreat; attack defend; permanent temporary; "
    "voluntary compulsory; major minor; senior junior; ancient modern; active inactive; present absent; full "
    "empty; visible hidden"
)
RIVALS: Final = (  # measures that rule each other out: words of one, | of another
    "kill dead death die dying fatality casualty drown lose|injure injury wound hurt|miss|displace homeless|"
    "arrest detain|rescue free survive survivor; woman female girl|man male boy; gross|net; "
    "revenue turnover sales|profit earnings|loss|cost expense expenditure; birth|death; budget plan|actual; "
    "minimum|maximum|average mean median; length long|height high|width wide|depth deep; day|week|month|quarter; "
    "adult|child"
)
OPPOSING_PREFIXES: Final = ("un", "in", "im", "il", "ir", "dis", "non")

# --- what a sentence offers to a question ----------------------------------------------------------------------------
EXTENT_WORDS: Final = frozenset(
    "mm cm m km ft feet foot inch inches mile miles metre metres meter meters kilometre kilometres kilometer "  # noqa: SIM905
    "kilometers acre acres hectare hectares sq square ton tons tonne tonnes kg pounds lbs litres liters degrees c f "
    "mph".split()
)
MONEY_WORDS: Final = frozenset("dollar dollars euro euros rupee rupees usd rs pounds francs".split())  # noqa: SIM905
SHARE_WORDS: Final = frozenset("percent percentage half third quarter majority cent".split())  # noqa: SIM905
ERA_WORDS: Final = frozenset("century centuries bc ad bce ce ago decade decades 1st".split())  # noqa: SIM905
REASON_WORDS: Final = frozenset(
    "because since therefore thus hence reason reasons cause causes caused causing owing due so result results "  # noqa: SIM905
    "resulted resulting led leads allow allows allowed attributed why purpose order avoid ensure prevent".split()
)
MANNER_WORDS: Final = frozenset("by through using via with when if method methods process means way".split())  # noqa: SIM905
MEANING_WORDS: Final = frozenset(
    "refers refer means mean meaning called known defined term stands named considered describes".split()  # noqa: SIM905
)
