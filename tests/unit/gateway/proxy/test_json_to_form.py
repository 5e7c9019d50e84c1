"""`proxy.json_to_form`."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from trunkline.gateway.proxy.json_to_form import FORM, json_to_form

PATTERN = r"/2010-04-01/.*"
PATH = "/2010-04-01/Accounts/AC1/Messages.json"
JSON = [("content-type", "application/json; charset=utf-8"), ("x", "1")]


def fields(told: Any) -> list[tuple[str, str]]:
    headers, body = json_to_form(PATTERN, PATH, JSON, json.dumps(told).encode())
    assert headers == [("x", "1"), ("Content-Type", FORM)]
    return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body))


def test_an_object_becomes_a_form() -> None:
    told = {"To": "+1 & 2", "Empty": "", "N": 3, "F": 1.5, "Yes": True, "No": False, "Gone": None}
    assert fields(told) == [
        ("To", "+1 & 2"), ("Empty", ""), ("N", "3"), ("F", "1.5"), ("Yes", "true"), ("No", "false"),
    ]  # fmt: skip


def test_a_list_repeats_its_name_and_what_is_nested_is_json() -> None:
    told = {"MediaUrl": ["a", "b", None], "Attributes": {"a": [1, "ü"]}, "L": [{"x": 1}]}
    assert fields(told) == [
        ("MediaUrl", "a"), ("MediaUrl", "b"), ("Attributes", '{"a":[1,"ü"]}'), ("L", '{"x":1}'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "path", "headers", "body"),
    [
        (None, PATH, JSON, b"{}"),
        (PATTERN, "/v1/Services", JSON, b"{}"),
        (PATTERN, PATH, [("content-type", FORM)], b"{}"),
        (PATTERN, PATH, [], b"{}"),
        (PATTERN, PATH, JSON, b""),
        (PATTERN, PATH, JSON, b"[1]"),
        (PATTERN, PATH, JSON, b"{broken"),
        (PATTERN, PATH, JSON, b'{"a": "\xff"}'),
        (PATTERN, PATH, JSON, b'{"a":' * 5000),
    ],
)
def test_everything_else_stays_as_it_is(
    pattern: str | None, path: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    assert json_to_form(pattern, path, headers, body) == (headers, body)
