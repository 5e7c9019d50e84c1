"""Twilio's limit on requests under way at once: 429/20429, and nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.acceptance.conftest import read_credentials
from tests.support.platform import RunningPlatform, World
from tests.support.raw_http import FORM, Wire, ask, connected, form, head, messages, stored

MOST = 3


@pytest.fixture(scope="module")
def small(short_tmp: Path) -> Iterator[World]:
    """A platform that takes three requests of an account at once."""
    process = RunningPlatform(
        short_tmp / "small", environment={"TRUNKLINE_MAX_CONCURRENT_REQUESTS": str(MOST)}
    )
    runtime = process.start()
    yield read_credentials(runtime["base_url"], runtime["control_token"], "default")
    assert process.stop() == 0


def begin(world: World, body: bytes) -> bytes:
    """A request whose body is still to come; the server asks for it when it has let it in."""
    given = {"Content-Type": FORM, "Content-Length": str(len(body)), "Expect": "100-continue"}
    return head(world, "POST", messages(world), given)


def test_one_too_many_is_told_so_and_leaves_nothing(small: World) -> None:
    before = len(stored(small))
    body = form(small)
    with ExitStack() as stack:
        under_way: list[Wire] = []
        for _ in range(MOST):
            wire = stack.enter_context(connected(small))
            wire.send(begin(small, body))
            permission = wire.answer()
            assert permission is not None
            assert permission.status == 100
            under_way.append(wire)

        for method, path in (("POST", messages(small)), ("GET", messages(small))):
            answer = ask(small, method, path, body if method == "POST" else b"")
            assert answer.refusal == (429, 20429)
            assert answer.headers["twilio-concurrent-requests"] == str(MOST)

        # Another account of the same platform is not held up.
        made = small.control("POST", "/worlds", {"name": "neighbour"})
        neighbour = read_credentials(small.base_url, small.control_token, "neighbour")
        assert made["world"]["name"] == "neighbour"
        assert ask(neighbour, "POST", messages(neighbour), form(neighbour)).status == 201

        for wire in under_way:
            wire.send(body)
            answered = wire.answer()
            assert answered is not None
            assert answered.status == 201
    assert ask(small, "GET", messages(small)).status == 200
    assert len(stored(small)) == before + MOST


def test_whoever_hangs_up_gives_the_place_back(small: World) -> None:
    for _ in range(3 * MOST):
        with connected(small) as wire:
            wire.send(begin(small, form(small)))
            permission = wire.answer()
            assert permission is not None
            assert permission.status == 100
        # The end of a connection is seen before the next request on another one is let in.
    assert ask(small, "POST", messages(small), form(small)).status == 201
