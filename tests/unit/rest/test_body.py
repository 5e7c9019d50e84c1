import asyncio

import pytest

from tests.unit.rest.notes_api import Service, notes

FORM = "application/x-www-form-urlencoded"


async def test_a_body_over_the_limit_is_refused_before_it_is_read():
    service = Service()

    def body():
        raise AssertionError("the body was read")
        yield b""

    answer = await service.client().request(
        "POST", notes(), body=body(), headers={"content-length": str(10 << 20)}
    )
    assert (answer.status, answer.json()["code"]) == (413, 20413)
    assert "connection" not in answer.headers  # the server drops the rest, the client reads this


async def test_a_body_of_a_terabyte_closes_the_connection():
    answer = (
        await Service()
        .client()
        .request("POST", notes(), body=[b""], headers={"content-length": str(1 << 40)})
    )
    assert (answer.status, answer.headers["connection"]) == (413, "close")


async def test_a_streamed_body_over_the_limit_is_given_up_promptly():
    service = Service()
    sent = 0

    def endless():
        nonlocal sent
        while True:
            sent += 1
            yield b"a" * (1 << 18)

    answer = await service.client().request("POST", notes(), body=endless())
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert sent == 5
    assert not service.notes.calls


async def test_a_body_of_exactly_the_limit_is_read():
    service = Service(max_body=2000)
    body = b"Text=a&X=" + b"x" * 1991
    assert len(body) == 2000
    assert (await service.client().request("POST", notes(), body=body)).status == 201
    answer = await service.client().request("POST", notes(), body=body + b"x")
    assert answer.status == 413


async def test_a_body_in_parts_is_put_together():
    service = Service()
    answer = await service.client().request("POST", notes(), body=[b"Te", b"xt=a%", b"20b"])
    assert answer.json()["text"] == "a b"


@pytest.mark.parametrize(
    "content_type",
    [
        FORM,
        FORM.upper(),
        f"{FORM}; charset=utf-8",
        f'{FORM};charset="UTF-8"',
        f"{FORM};boundary=x; Charset=utf8",
    ],
)
async def test_forms_in_utf8_are_read(content_type):
    answer = (
        await Service()
        .client()
        .post(notes(), {"Text": "a"}, headers={"content-type": content_type})
    )
    assert answer.status == 201


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        f"{FORM}; charset=iso-8859-1",
        f"{FORM}; charset=utf-16",
        "\xff\xff",
        f"{FORM}x",
    ],
)
async def test_bodies_that_are_no_forms_are_refused(content_type):
    service = Service()
    for body in (b"Text=a", [b"Text", b"=a"]):
        answer = await service.client().request(
            "POST", notes(), body=body, headers={"content-type": content_type}
        )
        assert (answer.status, answer.json()["code"]) == (415, 20415)
    assert not service.notes.calls


@pytest.mark.parametrize("content_type", [None, "application/json"])
async def test_an_empty_body_needs_no_content_type(content_type):
    for body in (b"", [b""]):
        answer = (
            await Service()
            .client()
            .request("POST", notes(), body=body, headers={"content-type": content_type})
        )
        assert answer.json()["code"] == 21602  # its own refusal: there is no Text


async def test_a_client_that_goes_away_within_its_body_is_not_served():
    service = Service()
    answer = await service.client().request("POST", notes(), body=[b"Text="], disconnect=True)
    assert answer.status == 0
    assert not service.notes.calls
    assert not service.errors
    assert service.app._concurrency._running == {}


async def test_a_body_that_does_not_arrive_is_not_waited_for():
    service = Service(body_seconds=0)
    driver = service.client()
    real_app = service.app

    async def app(scope, _receive, send):
        async def never():
            await asyncio.Event().wait()

        await real_app(scope, never, send)

    driver.app = app
    answer = await driver.post(notes(), {"Text": "a"})
    assert (answer.status, answer.headers["connection"]) == (408, "close")
    assert service.app._concurrency._running == {}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"Text=%00", "The value of the parameter Text contains a NUL character"),
        (b"Text=%ED%A0%80", "The value of the parameter Text is not valid UTF-8"),
        (b"Text=%FF", "The value of the parameter Text is not valid UTF-8"),
        (b"&".join([b"a=b"] * 10_000), "Too many parameters: a request may hold at most 1000"),
    ],
)
async def test_what_cannot_be_stored_is_refused(body, message):
    service = Service()
    answer = await service.client().request("POST", notes(), body=body)
    assert (answer.status, answer.json()["code"]) == (400, 20001)
    assert answer.json()["message"] == message
    assert not service.notes.calls
