"""Whatever way a server answers: the model's sentence, checked and cited, or the sources' own words and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from speaking import speaker
from test_written import PROFITS, asked, fell_back, index  # noqa: F401
from ways_of_answering import ANSWERED, FAILED

SAID = "In 2022 the profits of the port were 12.4 million dollars [1]."


@pytest.mark.parametrize("name", ANSWERED)
def test_the_models_sentence_is_checked_and_cited(index: Path, name: str) -> None:  # noqa: F811
    with speaker() as model:
        answer = asked(index, model, lambda server: ANSWERED[name](server, SAID))
    assert [claim.text for claim in answer.claims] == ["In 2022 the profits of the port were 12.4 million dollars."]
    assert [citation.quote for citation in answer.citations] == [PROFITS]
    assert not answer.notes


@pytest.mark.parametrize("name", FAILED)
def test_the_sources_own_words_come_with_a_sentence(index: Path, name: str) -> None:  # noqa: F811
    way, why = FAILED[name]
    with speaker() as model:
        assert fell_back(asked(index, model, lambda server: way(server, SAID)), why)
