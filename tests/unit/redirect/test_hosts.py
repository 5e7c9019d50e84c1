import pytest

from trunkline.redirect.hosts import TWILIO, fits, routes_text


def test_routes_are_told_pattern_by_pattern():
    routes = {"http://127.0.0.1:1": TWILIO, "http://[::1]:2": ["api.example.com"]}
    assert routes_text(routes) == (
        "twilio.com=http://127.0.0.1:1 *.twilio.com=http://127.0.0.1:1"
        " api.example.com=http://[::1]:2"
    )
    assert routes_text({}) == ""


@pytest.mark.parametrize(
    ("host", "is_twilio"),
    [
        ("twilio.com", True),
        ("api.twilio.com", True),
        ("api.dublin.ie1.twilio.com", True),
        ("API.Twilio.COM.", True),
        ("nottwilio.com", False),
        (".twilio.com", False),
        ("twilio.com.example.com", False),
        ("com", False),
        ("", False),
    ],
)
def test_a_pattern_covers_a_host_or_all_below_it(host, is_twilio):
    assert fits(host, TWILIO) is is_twilio
