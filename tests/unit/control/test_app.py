from __future__ import annotations

import json

import pytest

from tests.unit.control.support import TOKEN, Client, FakePlatform, refusal
from tests.unit.rest.asgi_driver import Driver
from trunkline.control import control_app

PHONE = "/phones/+14155550123"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        "Bearer ÿ",
    ],
)
async def test_without_the_token_nothing_is_told(client: Client, authorization: str | None) -> None:
    answer = await client.get("/credentials", authorization=authorization)
    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_empty_token_lets_nobody_in(fake: FakePlatform) -> None:
    fake.control_token = ""
    client = Client(fake)
    assert refusal(await client.get("/clock", authorization="Bearer "))[0] == 401


async def test_the_token_may_be_written_with_any_case_of_bearer(client: Client) -> None:
    assert (await client.get("/clock", authorization=f"bearer {TOKEN}")).status == 200


async def test_unknown_paths_are_not_told_apart_from_others_without_the_token(
    client: Client,
) -> None:
    assert refusal(await client.get("/nonsense", authorization=None))[0] == 401


@pytest.mark.parametrize(
    "path",
    ["/", "", "/clock/", "/clocks", "/phones", "/phones/+14155550123/", "//clock", "x/clock"],
)
async def test_there_is_nothing_under_other_paths(client: Client, path: str) -> None:
    assert refusal(await client.get(path)) == (404, "not_found")


async def test_paths_outside_of_v1_are_not_served(fake: FakePlatform) -> None:
    driver = Driver(control_app(fake), auth=f"Bearer {TOKEN}")
    for path in ("/trunkline/health", "/trunkline/v1health", "/health", "/trunkline/v2/health"):
        assert refusal(await driver.get(path)) == (404, "not_found")


async def test_a_wrong_method_is_told_the_right_ones(client: Client) -> None:
    answer = await client.call("POST", PHONE, {})
    assert refusal(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "DELETE, GET, PATCH, PUT"


async def test_head_is_answered_like_get(client: Client) -> None:
    assert (await client.call("HEAD", "/health", authorization=None)).status == 200
    assert refusal(await client.call("HEAD", "/events"))[0] == 405


async def test_an_unknown_world_is_not_found(client: Client) -> None:
    assert refusal(await client.get("/clock?world=elsewhere")) == (404, "unknown_world")
    assert refusal(await client.get("/clock?world=")) == (404, "unknown_world")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{", (400, "malformed_json")),
        (b"\xff", (400, "malformed_json")),
        (b'{"auto_reply": "\xed\xa0\x80"}', (400, "malformed_json")),
        (b'{"auto_reply": "\\ud800"}', (400, "malformed_json")),
        (b"[" * 100_000, (422, "invalid_parameter")),
        (b'{"fail":' * 50_000, (422, "invalid_parameter")),
        (b"[]", (422, "invalid_parameter")),
        (b'"text"', (422, "invalid_parameter")),
        (b"null", (422, "invalid_parameter")),
        (b'{"auto_reply": "a\\u0000b"}', (422, "invalid_parameter")),
        (b'{"unknown": 1}', (422, "invalid_parameter")),
        (b'{"fail": ' + b"9" * 400 + b"}", (422, "invalid_parameter")),
        (b'{"fail": 1e999}', (422, "invalid_parameter")),
    ],
)
async def test_bad_json_is_refused_and_changes_nothing(
    client: Client, fake: FakePlatform, raw: bytes, expected: tuple[int, str]
) -> None:
    assert refusal(await client.call("PATCH", PHONE, raw=raw)) == expected
    assert fake.phones.kept == {}


@pytest.mark.parametrize("size", [(1 << 20) + 1, 10_000_000])
async def test_a_large_body_is_refused_by_its_length_alone(client: Client, size: int) -> None:
    answer = await client.call("PATCH", PHONE, raw=[], content_length=str(size))
    assert refusal(answer) == (413, "body_too_large")


async def test_a_large_body_of_unknown_length_is_not_read_to_its_end(client: Client) -> None:
    parts = iter([b"x" * 100_000] * 100)
    answer = await client.call("PATCH", PHONE, raw=parts)
    assert refusal(answer) == (413, "body_too_large")
    assert len(list(parts)) > 80


@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_is_not_declared_as_json_is_refused(
    client: Client, kind: str | None
) -> None:
    answer = await client.call("PATCH", PHONE, {"fail": 30003}, content_type=kind)
    assert refusal(answer) == (415, "unsupported_media_type")


async def test_json_may_name_its_character_set(client: Client) -> None:
    kind = "application/json; charset=utf-8"
    assert (await client.call("PATCH", PHONE, {"fail": 30003}, content_type=kind)).status == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=0", (422, "invalid_parameter")),
        ("limit=-1", (422, "invalid_parameter")),
        ("limit=1000000000", (422, "invalid_parameter")),
        ("limit=x", (422, "invalid_parameter")),
        ("limit=1&limit=2", (422, "invalid_parameter")),
        ("page=2", (422, "invalid_parameter")),
        ("limit=%00", (422, "invalid_parameter")),
        ("limit=%ff", (400, "malformed_query")),
        ("&".join(f"a{n}=1" for n in range(200)), (400, "malformed_query")),
        ("limit=" + "9" * 5000, (422, "invalid_parameter")),
    ],
)
async def test_a_bad_query_is_refused(
    client: Client, query: str, expected: tuple[int, str]
) -> None:
    assert refusal(await client.get(f"{PHONE}/messages?{query}")) == expected


async def test_a_refusal_says_where_and_what(client: Client) -> None:
    answer = await client.call("PATCH", PHONE, {"fail": "x"})
    assert answer.json()["error"]["message"] == "fail: Expected `int | null`, got `str`."


async def test_a_client_that_goes_away_is_not_answered(fake: FakePlatform) -> None:
    driver = Driver(control_app(fake), auth=f"Bearer {TOKEN}")
    answer = await driver.request(
        "PATCH", f"/trunkline/v1{PHONE}", body=b'{"fail"', disconnect=True
    )
    assert answer.status == 0
    assert fake.phones.kept == {}


async def test_an_unreachable_database_is_503(client: Client, fake: FakePlatform) -> None:
    fake.database.reachable = False
    answer = await client.get("/health", authorization=None)
    assert refusal(answer) == (503, "unavailable")


async def test_a_fault_is_500_and_tells_nothing_of_its_text(
    client: Client, fake: FakePlatform
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    fake.reset = broken  # type: ignore[method-assign]
    answer = await client.call("POST", "/reset")
    assert refusal(answer) == (500, "internal_error")
    assert "secret" not in json.dumps(answer.json())
