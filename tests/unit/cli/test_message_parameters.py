from __future__ import annotations

import pytest

from trunkline.cli.message_parameters import CONTENT, MANY, NAMES, parameter_name
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.rest.parameters import parameters_of


def test_the_table_is_the_declaration() -> None:
    declared = parameters_of(CreateMessageParameters)
    assert list(declared) == list(NAMES)
    assert {name for name, each in declared.items() if each.many} == MANY
    assert set(NAMES) >= CONTENT


@pytest.mark.parametrize("text", ["MediaUrl", "media_url", "mediaurl", "Media-URL", "media url"])
def test_a_name_may_be_written_in_many_ways(text: str) -> None:
    assert parameter_name(text) == "MediaUrl"


@pytest.mark.parametrize("text", ["", "media", "urls"])
def test_no_parameter(text: str) -> None:
    assert parameter_name(text) is None
