from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cli.gateway.stand_in import Asked, StandIn, Told
from tests.unit.cli.support import Shell
from trunkline.cli.failure import Failure
from trunkline.cli.gateway.request import _target

PATH = "/2010-04-01/Accounts/AC1/Messages.json"
PASSED = {"Trunkline-Connection-Used": "c1"}


class Provider:
    """Answers every request of the proxy; `asked` are those."""

    def __init__(self, gateway: StandIn) -> None:
        self.gateway = gateway
        self.told = Told(200, b'{"ok": true}', PASSED)
        self.asked: list[Asked] = []
        before = gateway.answer

        def answer(asked: Asked) -> Told:
            if "/proxy" in asked.target and asked.token in gateway.tokens:
                self.asked.append(asked)
                return self.told
            return before(asked)

        gateway.answer = answer  # type: ignore[method-assign]

    def run(self, *words: str, typed: str | None = None) -> Shell:
        return self.gateway.run("request", "c1", *words, typed=typed)

    def got(self, *words: str, typed: str | None = None) -> Asked:
        """The one request that was sent."""
        self.asked.clear()
        shell = self.run(*words, typed=typed)
        assert shell.code == 0, shell.err
        (asked,) = self.asked
        return asked


@pytest.fixture
def provider(gateway: StandIn) -> Provider:
    return Provider(gateway)


def test_a_path_is_asked_for_and_the_answer_printed_byte_for_byte(
    provider: Provider,
) -> None:
    body = b'{"a": "\xff\x00\r\n"}' + bytes(range(256)) * 1000
    provider.told = Told(200, body, PASSED)
    program = "from trunkline.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "request", "c1", PATH],
        capture_output=True,
        env={"TRUNKLINE_DATA": str(provider.gateway.data), "PATH": "", "XDG_CONFIG_HOME": "/x"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, body, b"")
    (asked,) = provider.asked
    assert (asked.method, asked.target) == ("GET", f"/membrane/connections/c1/proxy{PATH}")
    assert "content-type" not in asked.headers


@pytest.mark.parametrize(
    ("words", "target"),
    [
        (("/a/b",), "/a/b"),
        (("a/b",), "/a/b"),
        (("/a?x=1&y=%20",), "/a?x=1&y=%20"),
        (("/a", "--query", "x=1", "--query", "x=2"), "/a?x=1&x=2"),
        (("/a?x=1", "--query", "y=a b&c=d"), "/a?x=1&y=a+b%26c%3Dd"),
        (("/a/{id}.json", "--pathParam", "id=1/2?é"), "/a/1%2F2%3F%C3%A9.json"),
        (("/{a}/{b}/{a}", "--pathParam", "a=1", "--pathParam", "b=x=y"), "/1/x%3Dy/1"),
        (("/a b/é#x",), "/a%20b/%C3%A9%23x"),
        (("/a\r\nX: y",), "/a%0D%0AX:%20y"),
        (("/a/%2e%2e/b",), "/a/%2e%2e/b"),
        (("/a//b/../c",), "/a//b/../c"),
        (("https://api.twilio.com/2010-04-01",), "/https://api.twilio.com/2010-04-01"),
        (("/+14155550123",), "/+14155550123"),
    ],
)
def test_what_the_path_becomes(provider: Provider, words: tuple[str, ...], target: str) -> None:
    assert provider.got(*words).target == f"/membrane/connections/c1/proxy{target}"


@pytest.mark.parametrize(
    ("words", "body", "kind"),
    [
        (("-d", "To=%2B1&Body=Hi"), b"To=%2B1&Body=Hi", "application/x-www-form-urlencoded"),
        (("-d", '{"a": 1}'), b'{"a": 1}', "application/json"),
        (("-d", "[1]"), b"[1]", "application/json"),
        (("-d", "{no"), b"{no", "application/x-www-form-urlencoded"),
        (("--json", "-d", '"a"'), b'"a"', "application/json"),
        (("--json", '{"a": "\u00e9"}'), '{"a": "\u00e9"}'.encode(), "application/json"),
        (("--rawData", "--data", '{"a": 1}'), b'{"a": 1}', None),
        (("-d", "", "--rawData"), b"", None),
        (("-H", "content-type: text/xml", "-d", "<a/>"), b"<a/>", "text/xml"),
        (("-H", "Content-Type: text/plain", "--json", "-d", "no"), b"no", "text/plain"),
    ],
)
def test_what_the_body_becomes(
    provider: Provider, words: tuple[str, ...], body: bytes, kind: str | None
) -> None:
    asked = provider.got(PATH, "-X", "post", *words)
    assert (asked.method, asked.body, asked.headers.get("content-type")) == ("POST", body, kind)


def test_a_body_comes_from_standard_input(provider: Provider) -> None:
    assert provider.got(PATH, "-X", "PUT", "-d", "-", typed="a=1").body == b"a=1"


def test_headers_are_sent(provider: Provider) -> None:
    asked = provider.got(PATH, "-H", "Accept: text/csv", "--header", "X-A:b: c", "-H", "X-E:")
    assert (asked.headers["accept"], asked.headers["x-a"]) == ("text/csv", "b: c")
    assert asked.headers["x-e"] == ""
    assert asked.token in provider.gateway.tokens


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_refusal_is_printed_as_it_is_and_is_exit_code_1(provider: Provider, status: int) -> None:
    provider.told = Told(status, b'{"code": 20404}', PASSED)
    shell = provider.run(PATH, "-X", "POST", "-d", "a=1")
    assert (shell.code, shell.out) == (1, '{"code": 20404}')
    assert shell.err.startswith(str(status))
    assert len(provider.asked) == 1


def test_a_head_has_no_body(provider: Provider) -> None:
    assert provider.run(PATH, "-X", "HEAD").out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((PATH, "-d", "a=1"), "Say what the body is for"),
        ((PATH, "--json"), "There is no body"),
        ((PATH, "--rawData", "-X", "POST"), "There is no body"),
        ((PATH, "-X", "BREW"), "'BREW' is no method"),
        ((PATH, "-X", "POST", "--json", "-d", "{no"), "The body is no JSON"),
        ((PATH, "{}", "-d", "{}", "-X", "POST"), "There are two bodies"),
        ((PATH, "-H", "Authorization: Bearer x"), "Authorization is not yours to set"),
        ((PATH, "-H", "HOST: x"), "HOST is not yours to set"),
        ((PATH, "-H", "no header"), "is no header"),
        ((PATH, "-H", "X: a\r\nY: b"), "is no header"),
        ((PATH, "-H", ": a"), "is no header"),
        ((PATH, "-H", "X: \u20ac"), "holds what no header can"),
        ((PATH, "--query", "x"), "--query is 'x', and should be NAME=VALUE."),
        ((PATH, "--query", "=x"), "should be NAME=VALUE"),
        ((PATH, "--pathParam", "sid=1"), "The path holds no {sid}"),
        (("/a/{sid}",), "give it with --pathParam sid=…"),
    ],
)
def test_a_slip_is_exit_code_2_and_nothing_is_sent(
    provider: Provider, words: tuple[str, ...], told: str
) -> None:
    shell = provider.run(*words)
    assert (shell.code, shell.out) == (2, "")
    assert told in shell.err
    assert provider.gateway.asked == []


@pytest.mark.parametrize("words", [("\udcff",), ("/a", "-X", "PUT", "-d", "\udcff")])
def test_what_is_no_text_is_not_sent(provider: Provider, words: tuple[str, ...]) -> None:
    assert provider.run(*words).err == "What was typed is not text in UTF-8.\n"
    assert provider.asked == []


def test_the_gateways_own_refusal_is_printed_as_well(provider: Provider) -> None:
    refused: dict[str, Any] = {"type": "connection", "key": "x", "message": "Connect again."}
    provider.told = Told(400, refused)
    shell = provider.run(PATH)
    assert (shell.code, shell.err) == (1, "400 Bad Request\n")
    assert "Connect again." in shell.out


def test_a_gateway_that_is_gone_is_told(provider: Provider, tmp_path: Path) -> None:
    shell = provider.gateway.elsewhere(
        tmp_path, "request", "c1", PATH, "--apiUri", "http://127.0.0.1:9/membrane"
    )
    assert (shell.code, shell.out) == (1, "")


@given(st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_whatever_is_typed_stays_below_the_connection(path: str, connection: str) -> None:
    try:
        target = _target(connection, path, (), ())
    except (Failure, UnicodeEncodeError):
        return
    assert target.isascii()
    assert target.isprintable()
    assert " " not in target
    assert "#" not in target
    head, _, named = target.partition("/connections/")
    assert head == ""
    assert named.split("/")[1] == "proxy"
