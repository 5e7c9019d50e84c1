"""Bodies that no client should send: each refused by its code, with nothing stored."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest

from tests.support.platform import World
from tests.support.raw_http import FORM, ask, connected, form, head, messages, stored

TO_AND_FROM = b"To=%2B14155550123&From="
TEN_MEGABYTES = 10 << 20


@pytest.fixture(autouse=True)
def _nothing_is_stored(platform: World) -> Iterator[None]:
    yield
    assert stored(platform) == []
    # And whoever asks properly is answered.
    assert ask(platform, "POST", messages(platform), form(platform)).status == 201


@pytest.mark.parametrize(
    "field",
    [
        b"Body=a%00b",
        b"Body=a\0b",
        b"Body=%ED%A0%80",  # a lone surrogate
        b"Body=%ED%A0%BD%ED%B8%80",  # two of them, as CESU-8 writes an emoji
        b"Body=%FF",
        b"Body=\xff\xfe",
        b"Body=%C0%80",  # an overlong NUL
        b"Body=%F5%80%80%80",  # beyond the last character
        b"Body=%E2%82",  # cut off
        b"Body=hi&N%00me=x",
        b"Body=hi&%FF=x",
        b"Body=hi&StatusCallback=http%3A%2F%2Fa%00b",
    ],
)
def test_text_that_is_none(platform: World, field: bytes) -> None:
    number = platform.numbers[0].replace("+", "%2B").encode()
    answer = ask(platform, "POST", messages(platform), TO_AND_FROM + number + b"&" + field)
    assert answer.refusal == (400, 20001)


@pytest.mark.parametrize("name", ["To", "From", "StatusCallback", "MediaUrl", "ApplicationSid"])
def test_a_nul_in_any_field(platform: World, name: str) -> None:
    answer = ask(platform, "POST", messages(platform), form(platform, **{name: "a\0b"}))
    assert answer.refusal == (400, 20001)


def test_ten_thousand_fields(platform: World) -> None:
    many = b"".join(b"&F%d=x" % n for n in range(10_000))
    answer = ask(platform, "POST", messages(platform), form(platform) + many)
    assert answer.refusal == (400, 20001)


def test_ten_thousand_times_the_same_field(platform: World) -> None:
    many = b"&MediaUrl=http%3A%2F%2Fa" * 10_000
    answer = ask(platform, "POST", messages(platform), form(platform) + many)
    assert answer.refusal == (400, 20001)


def test_a_body_of_ten_megabytes_with_its_length(platform: World) -> None:
    answer = ask(platform, "POST", messages(platform), b"Body=" + b"x" * TEN_MEGABYTES)
    assert answer.refusal == (413, 20413)


def test_a_body_of_ten_megabytes_without_its_length(platform: World) -> None:
    chunk = b"%x\r\n%s\r\n" % (1 << 16, b"x" * (1 << 16))
    with connected(platform) as wire:
        given = {"Content-Type": FORM, "Transfer-Encoding": "chunked"}
        wire.send(head(platform, "POST", messages(platform), given))
        for _ in range(TEN_MEGABYTES >> 16):
            wire.send(chunk)
        wire.send(b"0\r\n\r\n")
        answer = wire.answer()
    # Whoever sends on after the refusal may find the connection closed before the answer.
    assert answer is None or answer.refusal == (413, 20413)


@pytest.mark.parametrize("length", [10**9, 10**15, 10**40])
def test_a_length_beyond_all_measure(platform: World, length: int) -> None:
    with connected(platform) as wire:
        given = {"Content-Type": FORM, "Content-Length": str(length)}
        wire.send(head(platform, "POST", messages(platform), given))
        answer = wire.answer()
        assert answer is not None
        # Beyond 64 bits it is no HTTP any more.
        assert answer.refusal == ((400, 20400) if length > 2**64 else (413, 20413))
        assert wire.answer() is None, "what follows is not waited for"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "text/plain",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded-not",
        "x",
        "",
        None,
    ],
)
def test_a_body_that_is_no_form(platform: World, content_type: str | None) -> None:
    body = form(platform)
    if content_type == "application/json":
        body = json.dumps({"To": "+14155550123", "Body": "hello"}).encode()
    given = {"Content-Type": content_type}
    answer = ask(platform, "POST", messages(platform), body, given)
    assert answer.refusal == (415, 20415)


def test_a_compressed_body(platform: World) -> None:
    given = {"Content-Encoding": "gzip"}
    answer = ask(platform, "POST", messages(platform), gzip.compress(form(platform)), given)
    assert 400 <= answer.refusal[0] < 500


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: ten\r\n",
        b"Content-Length: 10\r\nContent-Length: 20\r\n",
        b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n",
        b"Transfer-Encoding: nonsense\r\n",
    ],
)
def test_lengths_that_smugglers_send(platform: World, headers: bytes) -> None:
    given = head(platform, "POST", messages(platform), {"Content-Type": FORM})
    with connected(platform) as wire:
        wire.send(given[:-2] + headers + b"\r\n" + form(platform))
        wire.end()
        answers = []
        while (answer := wire.answer()) is not None:
            answers.append(answer.status)
    assert all(400 <= status < 500 for status in answers), answers


@pytest.mark.parametrize(
    "chunks",
    [b"zz\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff1\r\nhello\r\n"],
)
def test_chunks_that_are_none(platform: World, chunks: bytes) -> None:
    given = {"Content-Type": FORM, "Transfer-Encoding": "chunked"}
    with connected(platform) as wire:
        wire.send(head(platform, "POST", messages(platform), given) + chunks)
        wire.end()
        answer = wire.answer()
    assert answer is None or 400 <= answer.status < 500


def test_a_body_that_ends_early(platform: World) -> None:
    with connected(platform) as wire:
        given = {"Content-Type": FORM, "Content-Length": "1000"}
        wire.send(head(platform, "POST", messages(platform), given) + form(platform))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": None}, 21604),
        ({"To": "x" * 100_000}, 21211),
        ({"To": "+" + "1" * 1000}, 21211),
        ({"To": "٠١٢٣٤٥٦٧٨٩"}, 21211),  # digits, but not of a phone number
        ({"From": "x" * 100_000}, 21212),
        ({"From": None}, 21603),
        ({"Body": None}, 21619),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"Body": "😀" * 1601}, 21617),
        ({"MediaUrl": ["http://example.com/a"] * 11}, 21623),
        ({"MediaUrl": "javascript:alert(1)"}, 21620),
        ({"MediaUrl": "http://" + "a" * 100_000}, 21620),
        ({"StatusCallback": "nonsense"}, 21609),
        ({"StatusCallback": "http://[::1"}, 21609),
        ({"ValidityPeriod": "-1"}, 21624),
        ({"ValidityPeriod": "1e400"}, 21624),
        ({"ValidityPeriod": "9" * 5000}, 21624),
        ({"MaxPrice": "nan"}, 21627),
        ({"MaxPrice": "1e999999999"}, 21627),
        ({"ApplicationSid": "AP" + "g" * 32}, 21218),
        ({"MessagingServiceSid": "MG" + "0" * 32}, 21701),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
    ],
)
def test_values_that_are_none(platform: World, changes: dict[str, object], code: int) -> None:
    answer = ask(platform, "POST", messages(platform), form(platform, **changes))
    assert answer.refusal == (400, code)
