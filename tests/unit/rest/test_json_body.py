import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rest.asgi_driver import Driver, Response, basic
from tests.unit.rest.notes_api import PARENT, TOKEN, Accounts
from trunkline.rest import catalogue
from trunkline.rest.app import TwilioApi
from trunkline.rest.errors import ApiError
from trunkline.rest.json_body import (
    DEEPEST,
    MOST_VALUES,
    FreeObject,
    Nested,
    bind_json,
    parse_json,
)
from trunkline.rest.openapi import openapi_document
from trunkline.rest.operation import Call, bound_operations, operation
from trunkline.rest.parameters import Boolean, Decimal, Integer, Text, Url, declared, parameter
from trunkline.sids import SidFactory

SIGNS = "/v1/Signs"
SIGN = "HX" + "a" * 32


@declared
class Place:
    street: str | None = parameter("street", Text(5), "Where.")
    pages: tuple[str, ...] = parameter("pages", Url(), "What is there.", many=True)


@declared
class WriteSign:
    text: str | None = parameter("text", Text(5), "What it says.")
    lit: bool | None = parameter("lit", Boolean(), "Whether by night.")
    height: int | None = parameter("height", Integer(1, 9), "In metres.")
    weight: float | None = parameter("weight", Decimal(), "In kilograms.")
    url: str | None = parameter("url", Url(), "Who made it.")
    words: tuple[str, ...] = parameter(
        "words", Text(), "Its words.", many=True, most=2, too_many=catalogue.TOO_MANY_MEDIA
    )
    place: Place | None = parameter("place", Nested(Place), "Where it is.")
    colours: dict[str, Any] | None = parameter("colours", FreeObject(), "As you like.")

    @staticmethod
    def presence(document: dict[str, Any]) -> None:
        if "silent" in document:
            raise catalogue.BODY_REQUIRED()


class SignResource(msgspec.Struct):
    sid: str
    text: str | None
    form: list[str]


class Signs:
    def __init__(self) -> None:
        self.asked: list[WriteSign] = []

    @operation(
        "CreateSign",
        "POST",
        SIGNS,
        returns=SignResource,
        parameters=WriteSign,
        product="content",
        body="json",
    )
    async def create_sign(self, call: Call, asked: WriteSign) -> SignResource:
        """Put up a sign."""
        self.asked.append(asked)
        return SignResource(SIGN, asked.text, list(call.form))

    @operation(
        "UpdateSign",
        "PUT",
        SIGNS + "/{Sid}",
        returns=SignResource,
        parameters=WriteSign,
        product="content",
        body="json",
    )
    async def update_sign(self, call: Call, asked: WriteSign) -> SignResource:
        """Write another text on a sign."""
        self.asked.append(asked)
        return SignResource(call.path["Sid"], asked.text, list(call.form))


class Service:
    def __init__(self, **options: Any) -> None:
        self.signs = Signs()
        milliseconds = itertools.count(1_700_000_000_000)
        self.client = Driver(
            TwilioApi(
                bound_operations(self.signs),
                Accounts(),
                sids=SidFactory(lambda: next(milliseconds)),
                **options,
            ),
            basic(PARENT, TOKEN),
        )

    async def send(
        self,
        body: bytes,
        method: str = "POST",
        rest: str = "",
        content_type: str | None = "application/json",
    ) -> Response:
        return await self.client.request(
            method, "/content" + SIGNS + rest, body=body, headers={"content-type": content_type}
        )


def refused(document: dict[str, Any]) -> ApiError:
    with pytest.raises(ApiError) as caught:
        bind_json(WriteSign, document)
    return caught.value


def unreadable(data: bytes) -> str:
    with pytest.raises(ApiError) as caught:
        parse_json(data)
    assert (caught.value.code, caught.value.status) == (20001, 400)
    return caught.value.message.removeprefix("The body of the request ")


async def test_an_object_is_read_into_the_declared_parameters() -> None:
    service = Service()
    body = {
        "text": "a\u00e9\U0001f600",
        "lit": True,
        "height": 3,
        "weight": 1.5,
        "words": ["x", "y"],
        "place": {"street": "High", "pages": ["https://a.example"], "more": 1},
        "colours": {"1": None, "2": [1.5, {"a": "b"}]},
        "undeclared": 7,
    }

    answer = await service.send(json.dumps(body).encode())

    assert (answer.status, answer.json()) == (
        201,
        {"sid": SIGN, "text": "a\u00e9\U0001f600", "form": []},
    )
    assert service.signs.asked == [
        WriteSign(
            text="a\u00e9\U0001f600",
            lit=True,
            height=3,
            weight=1.5,
            words=("x", "y"),
            place=Place(street="High", pages=("https://a.example",)),
            colours={"1": None, "2": [1.5, {"a": "b"}]},
        )
    ]


async def test_a_put_reaches_its_operation_with_its_body() -> None:
    service = Service()

    answer = await service.send(b'{"text": "new"}', "PUT", f"/{SIGN}")

    assert (answer.status, answer.json()["text"]) == (200, "new")
    assert (await service.send(b"", "PUT")).status == 405
    assert (await service.send(b"", "PUT")).headers["allow"] == "OPTIONS, POST"
    assert (await service.send(b"{}", "PATCH", f"/{SIGN}")).status == 405


async def test_what_is_null_or_blank_or_absent_is_not_given() -> None:
    service = Service()
    for body in (b"", b"{}", b'{"text": null, "words": null, "place": null}', b'{"url": ""}'):
        assert (await service.send(body)).status == 201
    assert service.signs.asked == [WriteSign()] * 4
    assert bind_json(WriteSign, {"text": ""}).text == ""


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=UTF-8", 201),
        ("application/json; charset=utf-16", 415),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        (None, 415),
    ],
)
async def test_a_body_says_that_it_is_json(content_type: str | None, status: int) -> None:
    assert (await Service().send(b"{}", content_type=content_type)).status == status


async def test_a_body_over_the_limit_is_refused() -> None:
    service = Service(max_body=100)
    assert (await service.send(b'{"a": "%s"}' % (b"x" * 100))).status == 413
    assert service.signs.asked == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"{", "is not valid JSON"),
        (b"{} {}", "is not valid JSON"),
        (b"text=a", "is not valid JSON"),
        (b'{"a": NaN}', "is not valid JSON"),
        (b'{"a": -Infinity}', "is not valid JSON"),
        (b"\xef\xbb\xbf{}", "is not valid JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b"[]", "is not a JSON object"),
        (b"null", "is not a JSON object"),
        (b'"text"', "is not a JSON object"),
        (b'{"a": "\xff"}', "is not valid UTF-8"),
        (b'{"a": "\\u0000"}', "contains a NUL character"),
        (b'{"a": {"\\u0000": 1}}', "contains a NUL character"),
        (b'{"a": ["\\ud800"]}', "contains half of a surrogate pair"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "holds c twice in one object"),
        (b'{"a": 9223372036854775808}', "contains a number that is too large"),
        (b'{"a": 1e999}', "contains a number that is too large"),
    ],
)
def test_what_is_no_object_that_can_be_kept_is_refused(body: bytes, fault: str) -> None:
    assert unreadable(body) == fault


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_depth_and_number_of_values_have_bounds() -> None:
    assert parse_json(nested(DEEPEST))
    for depth in (DEEPEST + 1, 400_000):
        assert unreadable(nested(depth)) == f"is nested deeper than {DEEPEST}"
    many = b'{"a":[' + b",".join([b"0"] * MOST_VALUES) + b"]}"
    assert unreadable(many) == f"holds more than {MOST_VALUES} names and values"
    assert parse_json(b'{"a":[' + b",".join([b"0"] * (MOST_VALUES - 3)) + b"]}")


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_refused(data: bytes) -> None:
    try:
        assert isinstance(parse_json(data), dict)
    except ApiError as error:
        if error.code != 20001:
            raise


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["x", "1", "twilio/text"]), VALUES))
def test_what_a_client_writes_is_what_is_read(document: dict[str, Any]) -> None:
    assert parse_json(json.dumps(document).encode()) == document
    assert parse_json(json.dumps(document, ensure_ascii=False).encode()) == document


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"text": 5}, "text: not a string"),
        ({"text": ["a"]}, "text: not a string"),
        ({"text": "123456"}, "text: longer than 5 characters"),
        ({"lit": 1}, "lit: not true or false"),
        ({"lit": "perhaps"}, "lit: not true or false"),
        ({"height": True}, "height: not a number"),
        ({"height": 10}, "height: out of range"),
        ({"height": 1.5}, "height: not a whole number"),
        ({"weight": []}, "weight: not a number"),
        ({"weight": -1}, "weight: not a number"),
        ({"words": "x"}, "words: not a list"),
        ({"words": ["x", 1]}, "words: not a string"),
        ({"place": "here"}, "place: not an object"),
        ({"place": {"street": 1}}, "place.street: not a string"),
        ({"place": {"pages": ["https://a.example", {}]}}, "place.pages: not a string"),
        ({"colours": []}, "colours: not an object"),
    ],
)
def test_a_value_of_another_type_is_refused(document: dict[str, Any], reason: str) -> None:
    error = refused(document)
    assert (error.code, error.status) == (20422, 400)
    assert error.message == f"Invalid parameter {reason}"


def test_text_of_a_number_or_flag_is_read_as_one() -> None:
    asked = bind_json(WriteSign, {"lit": "false", "height": "3", "weight": "2.5"})
    assert asked == WriteSign(lit=False, height=3, weight=2.5)


def test_a_parameters_own_refusals() -> None:
    assert refused({"words": ["a", "b", "c"]}).code == 21623
    assert refused({"silent": 1, "text": 5}).code == 21602
    assert refused({"url": "nowhere"}).message == "url is not valid: nowhere"


def test_the_document_says_that_json_is_taken() -> None:
    document = openapi_document([Signs], version="1")
    for path, method in ((SIGNS, "post"), (SIGNS + "/{Sid}", "put")):
        spec = document["paths"]["/content" + path][method]
        schema = spec["requestBody"]["content"]["application/json"]["schema"]
        assert schema["properties"]["height"] == {
            "type": "integer",
            "minimum": 1,
            "maximum": 9,
            "description": "In metres.",
        }
        assert schema["properties"]["place"]["properties"]["pages"]["type"] == "array"
        assert schema["properties"]["colours"]["additionalProperties"] is True
