from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.parameters import (
    Boolean,
    Choice,
    DateRange,
    Decimal,
    Instant,
    Integer,
    Method,
    NoParameters,
    Sid,
    Text,
    Url,
    bind,
    declared,
    parameter,
    parameters_of,
)

KINDS = [
    Boolean(),
    Choice(("a", "b"), fold=True),
    DateRange(),
    Decimal(),
    Instant(),
    Integer(1, 10),
    Method(),
    Sid(("SM", "MM")),
    Text(5),
    Url(),
]


@declared
class Send:
    to: str | None = parameter("To", Text(5, catalogue.INVALID_FRIENDLY_NAME), "Whom to.")
    media: tuple[str, ...] = parameter(
        "MediaUrl",
        Url(),
        "What.",
        many=True,
        most=2,
        too_many=catalogue.TOO_MANY_MEDIA,
    )
    count: int | None = parameter("Count", Integer(1, 3), "How many.")


def refusal(kind, raw):
    with pytest.raises(ApiError) as caught:
        kind.parse("Name", raw)
    return caught.value


def test_what_is_absent_is_none_or_empty():
    assert bind(Send, {}) == Send(to=None, media=(), count=None)
    assert bind(NoParameters, {"To": ["a"]}) == NoParameters()


def test_values_are_parsed_and_unknown_names_pass_by():
    form = {"Count": ["2"], "Other": ["x"], "To": ["a", "b"], "MediaUrl": ["http://a", "http://b"]}
    expected = Send(to="b", media=("http://a", "http://b"), count=2)
    assert bind(Send, form) == expected
    assert hash(bind(Send, form)) == hash(expected)


def test_a_bound_class_cannot_be_changed():
    with pytest.raises(AttributeError):
        bind(Send, {}).to = "x"


def test_the_first_declared_parameter_is_the_one_refused():
    form = {"Count": ["x"], "MediaUrl": ["x"], "To": ["too long"]}
    for code in (20002, 21402, 20422):
        with pytest.raises(ApiError) as caught:
            bind(Send, form)
        assert caught.value.code == code
        form.popitem()


def test_too_many_have_their_own_refusal():
    with pytest.raises(ApiError) as caught:
        bind(Send, {"MediaUrl": ["http://a"] * 3})
    assert caught.value.code == 21623


def test_presence_comes_before_values():
    @declared
    class Needy:
        to: str | None = parameter("To", Text(1))

        @staticmethod
        def presence(form):
            if "Body" not in form:
                raise catalogue.BODY_REQUIRED()

    with pytest.raises(ApiError) as caught:
        bind(Needy, {"To": ["too long"]})
    assert caught.value.code == 21602


def test_the_table_is_in_the_order_written():
    table = parameters_of(Send)
    assert list(table) == ["To", "MediaUrl", "Count"]
    assert [spec.attribute for spec in table.values()] == ["to", "media", "count"]


@given(st.sampled_from(KINDS), st.text(max_size=70))
def test_any_text_is_parsed_or_refused_with_a_400(kind, raw):
    try:
        kind.parse("Name", raw)
    except ApiError as error:
        status = error.status
    else:
        status = 400
    assert status == 400


@given(
    st.sampled_from([Instant(), DateRange()]),
    st.text("0123456789-:.+TZW ,MonJanFebGST", max_size=40),
)
def test_any_text_like_a_date_is_parsed_or_refused(kind, raw):
    try:
        value = kind.parse("Name", raw)
    except ApiError:
        return
    moments = value if isinstance(value, tuple) else (value,)
    assert all(moment.tzinfo is UTC for moment in moments)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Boolean(), "True", True),
        (Boolean(), "", False),
        (Integer(), " -7 ", -7),
        (Decimal(), "0.005", 0.005),
        (Decimal(), "1e3", 1000.0),
        (Choice(("fixed",), fold=True), "FIXED", "fixed"),
        (Method(), "post", "POST"),
        (Sid(("SM",)), "SM" + "A" * 32, "SM" + "a" * 32),
        (Sid(("SM",), empty=True), "", ""),
        (Url(empty=True), "", ""),
        (Url(), "https://user:pw@example.com:8443/a?b=c#d", None),
        (Url(), "http://[::1]:80/", None),
        (Url(), "HTTP://EXAMPLE.com", None),
        (Instant(), "2024-01-31T00:00:00Z", datetime(2024, 1, 31, tzinfo=UTC)),
        (Instant(), "2024-01-31T02:00:00+02:00", datetime(2024, 1, 31, tzinfo=UTC)),
        (Instant(), "Wed, 31 Jan 2024 00:00:00 +0000", datetime(2024, 1, 31, tzinfo=UTC)),
        (Instant(), "2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
    ],
)
def test_what_is_accepted(kind, raw, value):
    assert kind.parse("Name", raw) == (raw if value is None else value)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Boolean(), "yes"),
        (Integer(), "1.0"),
        (Integer(), "1_000"),
        (Integer(), "٣"),
        (Integer(), "9" * 19),
        (Integer(1, 3), "4"),
        (Decimal(), "nan"),
        (Decimal(), "inf"),
        (Decimal(), "-1"),
        (Decimal(), "1_000"),
        (Decimal(), "1e999"),
        (Decimal(), "9" * 500),
        (Choice(("fixed",)), "FIXED"),
        (Method(), "PUT"),
        (Sid(("SM",)), "MM" + "0" * 32),
        (Sid(("SM",)), "SM" + "0" * 33),
        (Url(), "ftp://example.com"),
        (Url(), "/path"),
        (Url(), "http://"),
        (Url(), "http://under_score.example.com"),
        (Url(), "http://a b"),
        (Url(), "http://a\nb"),
        (Url(), "http://[::1"),
        (Url(), "http://a:99999"),
        (Url(), "http://" + "a" * 5000),
        (Instant(), "0000-01-01"),
        (Instant(), "2024-02-30"),
        (Instant(), "0001-01-01T00:00:00+14:00"),
        (Instant(), "9999-12-31T23:59:59-14:00"),
        (DateRange(), "9999-12-31"),
        (DateRange(), "tomorrow"),
    ],
)
def test_what_is_refused(kind, raw):
    assert refusal(kind, raw).status == 400


def test_a_day_is_the_whole_day_and_an_instant_its_second():
    start = datetime(2024, 1, 31, tzinfo=UTC)
    assert DateRange().parse("Name", "2024-01-31") == (start, start + timedelta(days=1))
    noon = start + timedelta(hours=12)
    expected = (noon, noon + timedelta(seconds=1))
    assert DateRange().parse("Name", "2024-01-31T12:00:00.5Z") == expected


def test_refused_values_are_not_repeated_at_length():
    for kind in KINDS:
        if not isinstance(kind, Instant):
            assert len(refusal(kind, "x" * 5000).message) < 300


def test_every_kind_has_a_schema():
    for kind in KINDS:
        assert kind.schema()["type"] in ("string", "boolean", "number", "integer")


@declared
class Blanks:
    """What clients send for fields that were left empty."""

    text: str | None = parameter("Text", Text())
    number: int | None = parameter("Number", Integer(1))
    url: str | None = parameter("Url", Url())
    cleared: str | None = parameter("Cleared", Url(empty=True))
    urls: tuple[str, ...] = parameter("Urls", Url(), many=True)


def test_a_blank_is_absent_where_nothing_is_no_value():
    form = {
        "Text": [""],
        "Number": [""],
        "Url": [""],
        "Cleared": [""],
        "Urls": ["", "http://a.example/x"],
    }
    bound = bind(Blanks, form)
    assert (bound.text, bound.number, bound.url, bound.cleared) == ("", None, None, "")
    assert bound.urls == ("http://a.example/x",)
