import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.voice.speech.say_as import is_bleeped, say_as


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        ("digits", "1 23", "one two three"),
        ("characters", "ab1", "A, B, one"),
        ("spell-out", "a@b.c", "A, at, B, dot, C"),
        ("cardinal", "12,345", "twelve thousand three hundred forty-five"),
        ("number", "-7", "minus seven"),
        ("ordinal", "3", "third"),
        ("ordinal", "21st", "twenty-first"),
        ("fraction", "2/9", "two ninths"),
        ("fraction", "3+1/2", "three and one half"),
        ("fraction", "1/0", "one zeroth"),
        ("telephone", "+1 (415) 555-12", "plus one, four one five, five five five, one two"),
        ("telephone", "4155551234", "four one five, five five five, one two three four"),
        ("telephone", "555-1234 x 12", "five five five, one two three four, extension one two"),
        ("time", "1'21\"", "one minute twenty-one seconds"),
        ("time", "2:30", "2:30"),
        ("address", "1 High Street", "1 High Street"),
        ("something", "as it stands", "as it stands"),
        (None, "as  it\nstands", "as it stands"),
        ("cardinal", "many", "many"),
    ],
)  # fmt: skip
def test_what_is_read(kind: str | None, written: str, read: str) -> None:
    assert say_as(written, kind, None, "en-GB") == read


@pytest.mark.parametrize(
    ("form", "written", "read"),
    [
        (None, "11/21/2026", "November twenty-first, twenty twenty-six"),
        ("dmy", "21.11.26", "November twenty-first, twenty twenty-six"),
        ("ymd", "1999-01-03", "January third, nineteen ninety-nine"),
        ("mdy", "20261121", "November twenty-first, twenty twenty-six"),
        ("md", "11-21", "November twenty-first"),
        ("my", "11/2026", "November twenty twenty-six"),
        ("y", "2005", "two thousand five"),
        ("mdy", "13/40/2026", "13/40/2026"),
        ("mdy", "11/21", "11/21"),
        ("klm", "1/2/3", "1/2/3"),
    ],
)
def test_dates(form: str | None, written: str, read: str) -> None:
    assert say_as(written, "date", form, "en-US") == read


def test_other_languages_read_their_own_numbers() -> None:
    assert say_as("12,345", "cardinal", None, "de-DE") == "12,345"
    assert say_as("1 23", "digits", None, "de-DE") == "1 2 3"
    assert say_as("ab", "characters", None, "de-DE") == "A, B"


def test_what_is_bleeped() -> None:
    assert is_bleeped("expletive")
    assert not is_bleeped("digits")
    assert not is_bleeped(None)


@given(
    st.text(max_size=40) | st.from_regex(r"[-+0-9/., ':x\"]{0,40}"),
    st.sampled_from(
        [
            "characters",
            "digits",
            "cardinal",
            "ordinal",
            "fraction",
            "unit",
            "date",
            "time",
            "telephone",
        ]
    ),
    st.sampled_from([None, "mdy", "ymd", "y", "d"]),
)
def test_nothing_that_is_written_breaks_it(text: str, kind: str, form: str | None) -> None:
    say_as(text, kind, form, "en-US")
    say_as(text, kind, form, "ja-JP")
