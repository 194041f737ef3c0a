"""What a question asks for, told from how people type it: its kind, its sides, its topic, and whether it is for us."""

from __future__ import annotations

import pytest

from rag.language import (
    Kind,
    defines,
    is_summary_sentence,
    question_kind,
    questions_in,
    sides_of,
    sources_question,
    term_of,
    together,
    topic_of,
)

KINDS: dict[Kind, str] = {
    "fact": """
        Who founded the Harbour Trust?
        when did the old mill burn down
        How many volunteers signed up in spring?
        what is the population of Velland?
        What are the populations of Arrun and Belmat?
        What is the price of a season ticket
        how long does the ferry crossing take?
        Where was the treaty signed?
        Which engineer designed the north lock?
        how old must a member be to vote?
        Could you tell me when the library closes on Fridays?
        please tell me how many beds the clinic has
        What did the committee decide about parking?
        Who is who?
        how much does the blue plan cost per month
        What is the deadline for applications?
        I would like to know who chairs the board of trustees.
        Do you know when the next inspection is?
        What was the rainfall between 2019 and 2020?
        How far is the quarry from the station?
        what percentage of members voted
        """,
    "definition": """
        What is a fixed-term contract?
        what is escrow
        What are microloans?
        Who was Hedda Brun?
        what does ETA stand for?
        What is meant by "net metering"?
        What does the term tidal bore mean?
        define onboarding
        How is a full member defined?
        Could you please tell me what a sinking fund is?
        What's a deductible?
        can you tell me what photosynthesis is
        What exactly is a proxy vote?
        who is Anna Lund?
        what is the meaning of probation
        """,
    "yes_no": """
        Is the north gate open on Sundays?
        are dogs allowed in the reading room
        Did the council approve the budget?
        Can members bring guests?
        does the warranty cover water damage
        Has the bridge been repaired since the flood?
        Should the valve be closed before cleaning?
        Were any trees felled for the new road?
        May I park in front of the depot?
        Could the pump run on solar power?
        Will the fees rise next year?
        do I need a permit to fish here
        And was it ever rebuilt?
        Is it true that the mill was sold?
        Do tenants have to pay for repairs?
        """,
    "reason": """
        Why was the ferry stopped?
        why did the river rise so quickly
        What is the reason for the delay?
        What are the causes of soil loss in the valley?
        How come the museum closes at noon?
        What caused the outage in May?
        what led to the strike
        Could you please explain why the fees went up?
        Why not?
        For what reason was the treasurer dismissed?
        what was the purpose of the second survey
        Can you tell me why the tower leans?
        why are night shifts limited
        What made the committee change its mind?
        """,
    "way": """
        How do I apply for a refund?
        how is the filter cleaned
        How can a member resign?
        How does the heat pump work?
        how to reset the alarm
        Could you please tell me how to book the hall?
        How were the samples collected?
        how should I store the batteries
        In what way did the mill use the river?
        How did the team measure the noise?
        how will the money be raised
        What is the procedure for reporting a fault?
        Can you explain how votes are counted?
        """,
    "event": """
        What happened after the dam broke?
        what happens if I miss a payment
        What happened to the old organ?
        what became of the miller
        What went wrong during the launch?
        What will happen when the lease ends?
        Can you tell me what happened at the meeting in May?
        what would happen if the pump failed
        What happened between the two surveys?
        And what happened next?
        what has become of the fishing fleet
        What did happen on the night of the flood?
        """,
    "proposal": """
        What should tenants do when the heating fails?
        what must a driver do after an accident
        What does the report recommend for the harbour?
        what do the authors suggest
        What can be done about the noise?
        What was proposed for the old station?
        What needs to be done before winter?
        What do I have to do to renew my card?
        what ought the city to change
        What has been suggested for the empty shop?
        I would like to know what must be done about rats.
        what advice does the leaflet give to parents
        """,
    "list": """
        Which villages were flooded?
        What are the duties of the treasurer?
        list the exits of the hall
        Name the members of the panel.
        What kinds of fish live in the lake?
        which documents do I need for the loan
        What types of leave are there?
        Give examples of renewable sources.
        what are the opening hours
        Which tools are needed for the repair?
        could you list all the rooms on the first floor
        What were the goals of the project?
        Please name the three towns on the ford.
        what benefits do members get
        What steps do I have to follow to claim expenses?
        What are the recommendations of the panel?
        Which improvements does the audit recommend?
        What measures are recommended against mould?
        """,
    "comparison": """
        Compare the blue and the red plan.
        How is the basic plan different from the premium plan?
        What is the difference between a lease and a licence?
        what is the difference between Arrun and Belmat in terms of rainfall?
        Is Arrun or Belmat older?
        Which is cheaper, the blue or the red plan?
        how does the old pump compare with the new one
        Is the ferry faster than the train?
        solar versus wind
        Which has more beds, the clinic or the hospice?
        Who earns more, nurses or teachers?
        How do oak and ash differ?
        What distinguishes a lease from a licence?
        Are goats cheaper to keep than sheep?
        what do the mill and the church have in common
        Please compare the first and the second survey.
        """,
    "overview": """
        Summarise the minutes of May.
        TL;DR the lease
        tldr of the safety report
        summarize the handbook
        Could you please summarise the study for me?
        Give me a short summary of the lease.
        What is this document about?
        what are the key points
        What are the main findings of the study?
        Can you give me an overview of the plan?
        What is the handbook about?
        sum up the report in a few words
        What is the gist of the letter?
        What does the study conclude?
        I need a summary of the survey
        What are the main takeaways from the minutes?
        """,
    "topic": """
        Tell me about the Harbour Trust.
        tell me something about salt roads
        What do you know about the flood at Korve?
        What does the handbook say about holidays?
        what is said about night shifts
        Describe the north lock.
        More about the ferry, please
        Could you tell me more about the clinic?
        Please tell me everything about the old mill.
        what do the sources say on noise?
        What can you tell me about Hedda Brun?
        information on parking
        Explain the voting system.
        I want to know more about the fishing fleet.
        """,
}


@pytest.mark.parametrize(
    ("question", "kind"),
    [(line.strip(), kind) for kind, lines in KINDS.items() for line in lines.strip().splitlines()],
)
def test_the_kind_is_told_from_how_people_ask(question: str, kind: Kind) -> None:
    assert question_kind(question) == kind
    assert question_kind(question.lower().rstrip("?.")) == kind, "in small letters, without its mark"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Compare Arrun and Belmat.", ["Arrun", "Belmat"]),
        ("compare the ferry with the train", ["the ferry", "the train"]),
        ("compare the ferry and the train on safety", ["the ferry", "the train"]),
        ("How do the ferry and the train differ on price?", ["the ferry", "the train"]),
        ("compare the article on Arrun with the report on Belmat", ["the article on Arrun", "the report on Belmat"]),
        ("compare the ferry and the debate on the train", ["the ferry", "the debate on the train"]),
        ("What is the difference between a lease and a licence?", ["a lease", "a licence"]),
        (
            "What is the difference between Arrun and Belmat in terms of rainfall?",
            ["Arrun", "Belmat"],
        ),
        ("How is Arrun different from Belmat?", ["Arrun", "Belmat"]),
        ("how do oak and ash differ", ["oak", "ash"]),
        ("How does the old pump differ from the new one?", ["the old pump", "the new pump"]),
        ("What distinguishes a lease from a licence?", ["a lease", "a licence"]),
        ("Is Arrun or Belmat older?", ["Arrun", "Belmat"]),
        ("Which is cheaper, the blue or the red plan?", ["the blue plan", "the red plan"]),
        ("Which town is older, Arrun or Belmat?", ["Arrun", "Belmat"]),
        ("which is older, the mill or the church", ["the mill", "the church"]),
        ("Is the ferry faster than the train?", ["the ferry", "the train"]),
        ("solar versus wind", ["solar", "wind"]),
        (
            "How does the pay of a junior differ from that of a senior welder?",
            ["the pay of a junior", "the pay of a senior welder"],
        ),
        (
            "What is the difference between the pay of a secondary and of a primary teacher?",
            ["the pay of a secondary teacher", "the pay of a primary teacher"],
        ),
        ("Blue plan vs. red plan", ["Blue plan", "red plan"]),
        ("What are the populations of Arrun and Belmat?", ["Arrun", "Belmat"]),
        ("What are the populations of Arrun, Belmat and Korve?", ["Arrun", "Belmat", "Korve"]),
        ("How many people lived in Arrun in 1901 and 1931?", ["1901", "1931"]),
        ("Who built the ferry for Arrun and for Belmat?", ["Arrun", "Belmat"]),
        ("Compare the rainfall of Arrun and Belmat", ["the rainfall of Arrun", "the rainfall of Belmat"]),
        (
            "Compare the rainfall in Arrun, Belmat and Korve",
            ["the rainfall in Arrun", "the rainfall in Belmat", "the rainfall in Korve"],
        ),
        ("compare the ferry, the train and the bus", ["the ferry", "the train", "the bus"]),
        ("Compare Brun's years at Arrun and at Belmat", ["Brun's years at Arrun", "Brun's years at Belmat"]),
        (
            "Compare the rainfall of Arrun in 2020 and 2021",
            ["the rainfall of Arrun in 2020", "the rainfall of Arrun in 2021"],
        ),
        ("How are the blue plan and the red plan different?", ["the blue plan", "the red plan"]),
        ("what are the similarities between the ferry and the train", ["the ferry", "the train"]),
        ("How does walking differ from mountain climbing?", ["walking", "mountain climbing"]),
        ("Contrast the old rules with the new rules", ["the old rules", "the new rules"]),
        ("Arrun vs. Belmat: which is bigger?", ["Arrun", "Belmat"]),
        ("Did Brun write more songs for Korve or for Arrun?", ["Korve", "Arrun"]),
        ("Does the ferry carry more cars than the train?", ["the ferry", "the train"]),
        ("Please compare the blue plan to the red plan", ["the blue plan", "the red plan"]),
    ],
)
def test_things_asked_about_side_by_side_are_sides(question: str, names: list[str]) -> None:
    assert [side.name for side in sides_of(question)] == names


@pytest.mark.parametrize(
    "question",
    [
        "How much is spent on research and development?",
        "What was the rainfall between 2019 and 2020?",
        "How many ships passed between Arrun and Belmat?",
        "When was the road from Arrun to Belmat built?",
        "what is the price of bed and breakfast",
        "Who is who?",
        "Why not?",
        "Why is it better than nothing?",
        "What is a lease?",
        "Summarise the terms and conditions.",
        "Are more or less ten people enough?",
        "Is the ferry more than 20 metres long?",
        "which letter: the first or the last?",
        "What happened sooner or later?",
    ],
)
def test_one_thing_with_and_in_its_name_has_no_sides(question: str) -> None:
    assert sides_of(question) == ()


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What is the capital of Trinidad and Tobago?", "Trinidad and Tobago"),
        ("Who founded Procter and Gamble?", "Procter and Gamble"),
        ("Who is the minister for Health and Safety?", "Health and Safety"),
        ("Who wrote Pride and Prejudice?", "Pride and Prejudice"),
        ("What did Marks and Spencer sell?", "Marks and Spencer"),
        ("What are the populations of Arrun and Belmat?", ""),
        ("What was decided in both Arrun and Belmat?", ""),
        ("How many people lived in Arrun in 1901 and 1931?", ""),
        ("Who governs Arrun, Belmat and Korve?", ""),
        ("Is Arrun or Belmat older?", ""),
        ("What is a lease?", ""),
    ],
)
def test_two_names_may_be_the_name_of_one_thing(question: str, name: str) -> None:
    assert together(question, sides_of(question)) == name


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is a fixed-term contract?", "fixed-term contract"),
        ("what's escrow", "escrow"),
        ("What does ETA stand for?", "ETA"),
        ("What does the term tidal bore mean?", "tidal bore"),
        ("What is meant by “net metering”?", "net metering"),
        ("What is the meaning of probation?", "probation"),
        ("define onboarding", "onboarding"),
        ("Could you please tell me what a sinking fund is?", "sinking fund"),
        ("How is a full member defined?", "full member"),
        ("Who was Hedda Brun?", "Hedda Brun"),
        ("What is the definition of a member?", "member"),
        ("Why not?", ""),
        ("When was the ferry built?", ""),
    ],
)
def test_the_term_is_what_a_definition_is_asked_of(question: str, term: str) -> None:
    assert term_of(question) == term


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What are the populations of Arrun and Belmat?", "What are the populations of Belmat?"),
        ("Which is cheaper, the blue or the red plan?", "What is the price of the red plan?"),
        ("Which town is older, Arrun or Belmat?", "What is the age of Belmat?"),
        ("Who built the ferry for Arrun and for Belmat?", "Who built the ferry for Belmat?"),
        ("How many people lived in Arrun in 1901 and 1931?", "How many people lived in Arrun in 1931?"),
        ("Compare the ferry and the train on price", "What is the price of the train?"),
        ("Which town has more ships, Arrun or Belmat?", "How many ships does Belmat have?"),
        ("which town had less rain in 2021, Arrun or Belmat", "How much rain did Belmat have in 2021?"),
        ("Which has the larger harbour, Arrun or Belmat?", "What is the harbour of Belmat?"),
        ("Did Brun write more songs for Korve or for Arrun?", "How many songs did Brun write for Arrun?"),
        ("Does the ferry carry more cars than the train?", "How many cars does the train carry?"),
        ("Are there more ships in Arrun or in Belmat?", "How many ships are there in Belmat?"),
        ("In which town does it rain more, Arrun or Belmat?", "How much does it rain in Belmat?"),
        ("who earns more, a nurse or a teacher", "How much does a teacher earn?"),
        ("Who lived longer, Anna Brun or Karl Holm?", "How long did Karl Holm live?"),
        ("Is it colder in Arrun than in Belmat?", "How cold is it in Belmat?"),
        ("Which is higher: the tower or the mast?", "How high is the mast?"),
        ("Which is better, the blue plan or the red plan?", "What is the red plan?"),
        ("how much more does the ferry cost than the train", "How much does the train cost?"),
        ("Is rainfall higher in Arrun or Belmat?", "What is the rainfall in Belmat?"),
    ],
)
def test_a_side_is_asked_about_alone(question: str, asked: str) -> None:
    assert sides_of(question)[-1].question == asked


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Summarise the minutes of May.", "the minutes of May"),
        ("tldr of the safety report", "the safety report"),
        ("TL;DR: the lease", "the lease"),
        ("could you please summarise the study for me?", "the study"),
        ("Give me a short summary of the lease.", "the lease"),
        ("What is the handbook about?", "the handbook"),
        ("Tell me about the Harbour Trust.", "the Harbour Trust"),
        ("What do you know about the flood at Korve?", "the flood at Korve"),
        ("What does the handbook say about holidays?", "holidays"),
        ("Could you tell me more about the clinic?", "the clinic"),
        ("What can you tell me about Hedda Brun?", "Hedda Brun"),
        ("What are the main findings of the study?", "the study"),
        ("I need a summary of the survey", "the survey"),
        ("information on parking", "parking"),
        ("Explain the voting system.", "the voting system"),
    ],
)
def test_the_topic_is_the_question_without_its_asking_words(question: str, topic: str) -> None:
    assert topic_of(question) == topic


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("escrow", "Escrow is money that a third person keeps."),
        ("escrow", "An escrow means a deposit with a third person."),
        ("escrow", "**Escrow**: a deposit kept by a third person."),
        ("escrow", "In this lease, escrow refers to the deposit."),
        ("ETA", "ETA (estimated time of arrival) is sent by radio."),
        ("tidal bore", "A wave that runs up a river is called a tidal bore."),
        ("microloan", "Microloans are loans of at most 500 crowns."),
        ("ETA", "ETA stands for estimated time of arrival."),
        ("deductible", "The deductible describes what the member pays."),
        ("tidal bore", "A tidal bore, a wave that runs up a river, is dangerous to boats."),
        ("Hedda Brun", "Hedda Brun was an engineer from Korve."),
        ("free float", "• Free float. Shares that anybody may buy."),
        ("share-alike", "It is a kind of “share-alike”, which means that copies stay free."),
        ("black earth", "Black earth (terra preta), which is found along the river, is a work of people."),
        ("toll access", "We use the term “toll access” to refer to texts that cost money."),
        ("net metering", "“Net metering” means that what is fed in is set off."),
    ],
)
def test_a_sentence_that_says_what_a_term_is_defines_it(term: str, sentence: str) -> None:
    assert defines(term, sentence)


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("escrow", "The deposit was paid into escrow in May."),
        ("escrow", "Without escrow the sale would have failed."),
        ("ETA", "The pilot asked for the ETA twice."),
        ("bore", "The boredom is great."),
        ("lease", "He said that the lease of the mill had ended."),
        ("ferry", "The ferry over the Ilm, which Hedda built, sank."),
        ("wallet", "A clerk found the wallet that was lost."),
        ("escrow", "Escrow."),
        ("escrow", "The money lay in escrow. Then it was paid."),
        ("C++ (lang", "Nothing of the kind is said here."),
    ],
)
def test_a_sentence_that_mentions_a_term_does_not_define_it(term: str, sentence: str) -> None:
    assert not defines(term, sentence)


@pytest.mark.parametrize(
    ("question", "kind", "what"),
    [
        ("What can I ask?", "examples", ""),
        ("what can i ask you about", "examples", ""),
        ("Hello", "examples", ""),
        ("hi there!", "examples", ""),
        ("Good morning", "examples", ""),
        ("help", "examples", ""),
        ("What can you do?", "examples", ""),
        ("What questions can I ask?", "examples", ""),
        ("what should I ask here?", "examples", ""),
        ("Who are you?", "examples", ""),
        ("Which documents do you have?", "documents", ""),
        ("what files are there", "documents", ""),
        ("List all documents", "documents", ""),
        ("Can you show me the sources?", "documents", ""),
        ("What documents are available?", "documents", ""),
        ("which sources can you search", "documents", ""),
        ("How many documents do you have?", "documents", ""),
        ("What is in your sources?", "documents", ""),
        ("Which documents mention the ferry?", "mentions", "ferry"),
        ("what documents mention salt", "mentions", "salt"),
        ("Which of the reports talk about noise?", "mentions", "noise"),
        ("Which files contain the word “escrow”?", "mentions", "escrow"),
        ("where is Hedda Brun mentioned?", "mentions", "Hedda Brun"),
        ("Could you tell me which documents mention Korve?", "mentions", "Korve"),
        ("which articles are about the flood", "about", "flood"),
    ],
)
def test_a_question_about_the_sources_is_told_apart(question: str, kind: str, what: str) -> None:
    asked = sources_question(question)
    assert asked is not None
    assert (asked.kind, asked.what) == (kind, what)


@pytest.mark.parametrize(
    "question",
    [
        "Which documents do I need for the loan?",
        "What can I ask the landlord to repair?",
        "Hello world programs: what do they print?",
        "Help with the filter: how is it cleaned?",
        "Which report was the first to mention the flood, and when?",
        "What files are there in a court case?",
        "Who are the members of the panel?",
        "Which sources of energy are there?",
        "What do you know about salt?",
        "List the documents that a tenant must sign",
        "Thank you. When was the ferry built?",
        "Which articles of the lease cover repairs?",
    ],
)
def test_a_question_for_the_sources_is_not_taken_for_one_about_them(question: str) -> None:
    assert sources_question(question) is None


@pytest.mark.parametrize(
    ("sentence", "does"),
    [
        ("In this study, we measured the noise of 40 pumps.", True),
        ("This report describes the flood of 1931.", True),
        ("We found that the pumps were too loud.", True),
        ("Overall, the pumps did well.", True),
        ("In conclusion, the pumps should be replaced.", True),
        ("The main finding is that noise falls with age.", True),
        ("To summarise, noise falls with age.", True),
        ("Taken together, the surveys show a rise.", True),
        ("This article reviews three decades of surveys.", True),
        ("We recommend that the pumps be replaced.", True),
        ("The key points are listed below.", True),
        ("In short, the ferry was never rebuilt.", True),
        ("The pump was studied in the workshop.", False),
        ("We went down to the river at noon.", False),
        ("The overall length is 4 metres.", False),
        ("The paper was wet and the ink had run.", False),
        ("They show visitors round the mill.", False),
        ("The main road was closed.", False),
    ],
)
def test_a_sentence_that_sums_up_is_known_by_its_words(sentence: str, does: bool) -> None:
    assert is_summary_sentence(sentence) is does


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("what is tarn used for and what is rove used for", ("what is tarn used for?", "What is rove used for?")),
        ("Who founded it and when was it founded?", ("Who founded it?", "When was it founded?")),
        ("who decides what is built and what is sold", ()),
        ("tell me about trains and ferries", ()),
        ("How do I report a bug in numpy, and how in ruff?", ("How do I report a bug in numpy?", "And in ruff?")),
        ("When was it built in Arrun and when in Belmat?", ("When was it built in Arrun?", "And in Belmat?")),
        ("How many died and how many were hurt?", ("How many died?", "How many were hurt?")),
    ],
)
def test_a_message_may_ask_twice_without_a_mark(message: str, parts: tuple[str, ...]) -> None:
    assert questions_in(message) == parts


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Compare the terms of the GPL and the MPL", ("the terms of the GPL", "the terms of the MPL")),
        ("compare the cost of living in Rome and Paris", ("the cost of living in Rome", "the cost of living in Paris")),
        ("difference between a head of state and a head of court", ("a head of state", "a head of court")),
    ],
)  # fmt: skip
def test_what_is_compared_is_said_of_both_sides(question: str, names: tuple[str, ...]) -> None:
    assert tuple(side.name for side in sides_of(question)) == names
