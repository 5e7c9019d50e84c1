import pytest

from trunkline.voice.speech.freshness import read_freshness
from trunkline.webhooks.http.answer_reader import Fields


def fields(**headers: str) -> Fields:
    found = Fields()
    for name, value in headers.items():
        found.add(name.replace("_", "-").encode(), value.encode())
    return found


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache_Control": "max-age=60"}, 60),
        ({"Cache_Control": "Public, Max-Age=60, s-maxage=30"}, 30),
        ({"Cache_Control": "max-age=60", "Age": "45"}, 15),
        ({"Cache_Control": "max-age=60", "Age": "90"}, 0),
        ({"Cache_Control": "max-age=60, no-cache"}, 0),
        ({"Cache_Control": "max-age=x"}, 0),
        ({"Cache_Control": "max-age=99999999999999"}, 0),
        ({"Cache_Control": "max-age=99999999999"}, 365 * 86400),
        (
            {
                "Date": "Sat, 21 Nov 2026 10:00:00 GMT",
                "Expires": "Sat, 21 Nov 2026 10:01:00 GMT",
            },
            60,
        ),
        ({"Date": "Sat, 21 Nov 2026 10:00:00 GMT", "Expires": "0"}, 0),
        ({"Date": "Sat, 21 Nov 2026 10:00:00", "Expires": "Sat, 21 Nov 2026 10:00:00 GMT"}, 0),
    ],
)
def test_how_long_it_is_used_without_asking(headers: dict[str, str], seconds: float) -> None:
    assert read_freshness(fields(**headers)).seconds == seconds


def test_how_it_is_asked_again() -> None:
    found = read_freshness(fields(ETag='"a"', Last_Modified="Sat, 21 Nov 2026 10:00:00 GMT"))
    assert found.keep
    assert found.conditions == {
        "If-None-Match": '"a"',
        "If-Modified-Since": "Sat, 21 Nov 2026 10:00:00 GMT",
    }


def test_what_is_not_kept() -> None:
    assert not read_freshness(fields()).keep
    assert not read_freshness(fields(Cache_Control="no-store, max-age=60", ETag='"a"')).keep
