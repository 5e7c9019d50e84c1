from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.rest.errors import ApiError
from trunkline.rest.forms import parse_form

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


def grouped(pairs):
    fields = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def refusal(data: bytes) -> ApiError:
    with pytest.raises(ApiError) as caught:
        parse_form(data)
    assert (caught.value.code, caught.value.status) == (20001, 400)
    return caught.value


@given(st.lists(st.tuples(TEXT, TEXT), max_size=8))
def test_what_urlencode_writes_comes_back(pairs):
    kept = [pair for pair in pairs if pair != ("", "")]
    assert parse_form(urlencode(kept).encode()) == grouped(kept)


@given(st.text("ab=&+%3Dd2C\\x;\n 'é😀", max_size=60))
def test_any_text_is_read_as_the_standard_library_reads_it(text):
    data = text.encode()
    try:
        expected = grouped(parse_qsl(text, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        refusal(data)
    else:
        assert parse_form(data) == expected


@given(st.binary(max_size=80))
def test_any_bytes_give_text_without_nul_or_a_clear_refusal(data):
    try:
        fields = parse_form(data)
    except ApiError:
        refusal(data)
        return
    for name, values in fields.items():
        for text in (name, *values):
            assert "\0" not in text
            text.encode()


def test_repeated_names_are_lists_in_their_order():
    assert parse_form(b"MediaUrl=a&Body=x&MediaUrl=b") == {"MediaUrl": ["a", "b"], "Body": ["x"]}


def test_an_empty_value_is_kept():
    assert parse_form(b"Body=&StatusCallback") == {"Body": [""], "StatusCallback": [""]}


def test_empty_pairs_are_nothing():
    assert parse_form(b"") == {}
    assert parse_form(b"&&To=a&") == {"To": ["a"]}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (b"DateSent>=2024-01-01", "DateSent>"),
        (b"DateSent%3E=2024-01-01", "DateSent>"),
        (b"DateSent<=2024-01-01", "DateSent<"),
        (b"DateSent%3C=2024-01-01", "DateSent<"),
        (b"DateSent=2024-01-01", "DateSent"),
    ],
)
def test_date_filters_keep_their_sign_in_the_name(query, name):
    assert parse_form(query) == {name: ["2024-01-01"]}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"100%", "100%"),
        (b"%zz%41", "%zzA"),
        (b"%4", "%4"),
        (b"50%+off%21", "50% off!"),
        (b"C%3A\\x41\\new%zz", "C:\\x41\\new%zz"),
        (b"C%3A\\x41\\101\\n", "C:\\x41\\101\\n"),
        (b"a=b=c", "a=b=c"),
        ("grüße".encode(), "grüße"),
    ],
)
def test_broken_escapes_and_backslashes_stand_for_themselves(raw, text):
    assert parse_form(b"Body=" + raw) == {"Body": [text]}


@pytest.mark.parametrize("raw", [b"%FF", b"%C3", b"\xff", b"%ED%A0%80", b"%ed%b0%80", b"%C0%80"])
def test_what_is_not_utf8_is_refused_by_name(raw):
    error = refusal(b"To=a&Body=x" + raw)
    assert error.message == "The value of the parameter Body is not valid UTF-8"
    assert refusal(raw + b"=x").message == "The name of a parameter is not valid UTF-8"


@pytest.mark.parametrize("raw", [b"\0", b"%00", b"a%00b"])
def test_nul_is_refused_by_name(raw):
    error = refusal(b"To=a&Body=" + raw)
    assert error.message == "The value of the parameter Body contains a NUL character"
    assert refusal(raw + b"=x").message == "The name of a parameter contains a NUL character"


def test_a_percent_sign_before_zeros_is_no_nul():
    assert parse_form(b"Body=100%2500") == {"Body": ["100%00"]}


def test_ten_thousand_fields_are_refused():
    assert "at most 1000" in refusal(b"&".join([b"a=b"] * 10_000)).message
    assert len(parse_form(b"&".join([b"a=b"] * 1000))["a"]) == 1000
