from __future__ import annotations

from base64 import b64decode

import pytest

from trunkline.gateway.connectors.inject import basic, bearer, header
from trunkline.gateway.errors import CredentialsRefused


def test_user_and_password() -> None:
    value = basic("AC1", "tökén:x").headers["Authorization"]
    assert value.startswith("Basic ")
    assert b64decode(value[6:]).decode() == "AC1:tökén:x"
    assert "\ud800" not in basic("\ud800", "x").headers["Authorization"]


def test_a_long_password_stays_on_one_line() -> None:
    assert "\n" not in basic("u", "p" * 1000).headers["Authorization"]


def test_a_token() -> None:
    assert bearer("abc.def").headers == {"Authorization": "Bearer abc.def"}


@pytest.mark.parametrize("token", ["", " ", "a\r\nX: y", "a\x00", "é", "\ud800", "x" * 10_000_000])
def test_a_token_that_is_no_header_is_refused_and_not_quoted(token: str) -> None:
    with pytest.raises(CredentialsRefused) as caught:
        bearer(token)
    assert not token.strip() or token not in str(caught.value)


@pytest.mark.parametrize("name", ["", "X Y", "X:", "X\r\nY", "é", "x" * 65])
def test_a_name_that_is_no_header_is_refused(name: str) -> None:
    with pytest.raises(CredentialsRefused):
        header(name, "value")
