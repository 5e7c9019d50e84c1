"""What the path of a request names."""

from types import SimpleNamespace
from typing import Any

import pytest

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.path_sids import path_sid, there

DIGITS = "0123456789abcdef" * 2
MISSING = catalogue.NOT_FOUND(path="/Services/x").body()


def call(**path: str) -> Any:
    """As much of a call as is asked for."""
    return SimpleNamespace(path=path, resource="/Services/x")


def test_a_sid_is_in_lower_case_whichever_way_it_was_written() -> None:
    assert path_sid(call(Sid=f"MG{DIGITS.upper()}"), "MG") == f"MG{DIGITS}"
    assert path_sid(call(Sid="x", ServiceSid=f"MG{DIGITS}"), "MG", "ServiceSid") == f"MG{DIGITS}"


def test_a_sid_of_another_kind_names_nothing() -> None:
    with pytest.raises(ApiError) as caught:
        path_sid(call(Sid=f"PN{DIGITS}"), "MG")
    assert caught.value.body() == MISSING


def test_what_was_found_is_there_and_nothing_is_not() -> None:
    assert there(call(), "row") == "row"
    with pytest.raises(ApiError) as caught:
        there(call(), None)
    assert caught.value.body() == MISSING
