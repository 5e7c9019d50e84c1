from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from trunkline.cli.bulk.connection import Answer, Connections, Unanswered, Unreachable
from trunkline.cli.bulk.outcomes import Busy, Doubt, NotSent, Outcome, Refused, Sent, Unwelcome
from trunkline.cli.bulk.platform import Found, HttpPlatform, NotFoundOut

MESSAGES = "/2010-04-01/Accounts/AC1/Messages.json"
SID = "SM" + "0" * 32
FIELDS = (("To", "+1 é&="), ("MediaUrl", "http://a"), ("MediaUrl", "http://b"))


class Scripted(Connections):
    """Connections that give these answers, and keep the requests."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.requests: list[bytes] = []
        self.answers = list(answers)

    async def exchange(self, request: bytes) -> Answer:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def platform(*answers: Answer | Exception) -> tuple[HttpPlatform, Scripted]:
    connections = Scripted(*answers)
    made = HttpPlatform(
        connections, lambda: ("127.0.0.1", 8080), account_sid="AC1", authorization="Basic x"
    )
    return made, connections


def answer(status: int, body: Any, **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, data)


def error(status: int, code: int = 21211, **headers: str) -> Answer:
    return answer(status, {"code": code, "message": "No.", "status": status}, **headers)


@pytest.mark.parametrize(
    ("came", "outcome"),
    [
        (answer(201, {"sid": SID, "body": "x"}), Sent(SID)),
        (error(400), Refused(21211, "No.")),
        (error(404, 20404), Refused(20404, "No.")),
        (error(429, 20429), Busy(None)),
        (error(429, 20429, retry_after="3"), Busy(3.0)),
        (error(429, 20429, retry_after="9999"), Busy(60.0)),
        (error(429, 20429, retry_after="soon"), Busy(None)),
        (error(401, 20003), Unwelcome("No. (error 20003)")),
        (error(403, 20005), Unwelcome("No. (error 20005)")),
        (error(500, 20500), Doubt("the platform answered 500")),
        (error(503, 20503), Doubt("the platform answered 503")),
        (answer(302, b""), Doubt("the platform answered 302")),
        (answer(201, b"<html>"), Doubt("the answer 201 says nothing")),
        (answer(400, b"Invalid HTTP request"), Doubt("the answer 400 says nothing")),
        (Unanswered("the connection broke"), Doubt("the connection broke")),
        (Unreachable("refused"), NotSent("refused")),
    ],
)
async def test_what_an_answer_means(came: Answer | Exception, outcome: Outcome) -> None:
    made, _ = platform(came)
    assert await made.create(FIELDS) == outcome


async def test_a_create_is_a_form() -> None:
    made, connections = platform(answer(201, {"sid": SID}))
    await made.create(FIELDS)
    head, _, body = connections.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"POST {MESSAGES} HTTP/1.1"
    assert {"Host: 127.0.0.1:8080", "Authorization: Basic x"} <= set(lines)
    assert f"Content-Length: {len(body)}" in lines
    assert tuple(parse_qsl(body.decode())) == FIELDS


def page(*numbers: int, more: str | None = None) -> Answer:
    messages = [{"sid": f"SM{n:032x}", "body": None if n == 2 else f"text {n}"} for n in numbers]
    return answer(200, {"messages": messages, "next_page_uri": more})


async def test_messages_are_read_page_after_page_down_to_the_oldest_that_counts() -> None:
    made, connections = platform(page(9, 8, more="/next"), page(3, 2, 1, more="/more"))
    seen = [found async for found in made.find("+1 é", "+2", f"SM{1:032x}")]
    assert seen == [
        Found(f"SM{9:032x}", "text 9"),
        Found(f"SM{8:032x}", "text 8"),
        Found(f"SM{3:032x}", "text 3"),
        Found(f"SM{2:032x}", ""),
    ]
    lines = [request.split(b"\r\n")[0].decode() for request in connections.requests]
    assert lines == [
        f"GET {MESSAGES}?PageSize=1000&To=%2B1+%C3%A9&From=%2B2 HTTP/1.1",
        "GET /next HTTP/1.1",
    ]


async def test_kinds_of_sids_are_in_one_order() -> None:
    made, _ = platform(answer(200, {"messages": [
        {"sid": f"MM{2:032x}", "body": "a"}, {"sid": f"SM{1:032x}", "body": "b"}
    ], "next_page_uri": None}))  # fmt: skip
    assert [found.body async for found in made.find("+1", None, f"MM{1:032x}")] == ["a"]


@pytest.mark.parametrize(
    ("came", "for_now"),
    [
        (error(503), True),
        (error(429), True),
        (error(401), True),
        (Unreachable("refused"), True),
        (Unanswered("broke"), True),
        (answer(200, b"<html>"), True),
        (error(400), False),
    ],
)
async def test_a_platform_that_does_not_tell(came: Answer | Exception, for_now: bool) -> None:
    made, _ = platform(came)
    with pytest.raises(NotFoundOut) as caught:
        [found async for found in made.find("+1", None, None)]
    assert caught.value.for_now == for_now
