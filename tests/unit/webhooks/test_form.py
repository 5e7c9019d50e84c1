"""Forms are read by everybody as they were written."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from trunkline.webhooks.form import encode, with_query

Pairs = list[tuple[str, str]]
pairs = st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1)


def read(form: str) -> Pairs:
    return parse_qsl(form, keep_blank_values=True, strict_parsing=True, errors="strict")


def expected(parameters: Pairs) -> Pairs:
    return [(_replaced(name), _replaced(value)) for name, value in parameters]


def _replaced(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


@given(pairs)
def test_names_and_values_arrive_in_their_order(parameters: Pairs) -> None:
    body = encode(parameters)
    assert body.isascii()
    assert read(body.decode("ascii")) == expected(parameters)


def test_the_wire_form_of_a_callback() -> None:
    parameters = [
        ("To", "+14155550100"),
        ("Body", "1 + 1 = 2 & 50%: Grüße 👋\n~*-._"),
        ("FromZip", ""),
    ]
    assert encode(parameters) == (
        b"To=%2B14155550100&Body=1+%2B+1+%3D+2+%26+50%25%3A+Gr%C3%BC%C3%9Fe+%F0%9F%91%8B%0A"
        b"%7E*-._&FromZip="
    )


def test_no_parameters_are_an_empty_body_and_leave_a_url_alone() -> None:
    assert encode([]) == b""
    assert with_query("https://example.com/x", []) == "https://example.com/x"


def test_a_lone_surrogate_is_replaced() -> None:
    assert encode([("Body", "a\ud83d b")]) == b"Body=a%EF%BF%BD+b"


@given(st.sampled_from(["", "?", "?a=%20&b", "?a=%20&b&"]), pairs)
def test_the_query_of_a_get_request_keeps_what_was_there(query: str, parameters: Pairs) -> None:
    url = with_query(f"https://example.com/x{query}", parameters)
    assert url.startswith(f"https://example.com/x{query or '?'}")
    seen = parse_qsl(urlsplit(url).query, keep_blank_values=True, errors="strict")
    assert seen == [*parse_qsl(query[1:], keep_blank_values=True), *expected(parameters)]


def test_a_question_mark_in_a_query_stays_one() -> None:
    url = with_query("https://example.com/x", [("Body", "Who? %3F")])
    assert url == "https://example.com/x?Body=Who?+%253F"
