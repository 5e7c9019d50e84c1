import pytest

from tests.unit.rest.notes_api import Service

DIARY = f"/v1/Diaries/DI{'0' * 32}"


async def base_url(prefix="/messaging", headers=None, **options):
    answer = await Service(**options).client().get(prefix + DIARY, headers=headers or {})
    assert answer.status == 200
    return answer.json()["url"]


async def test_links_start_with_the_host_that_was_asked():
    assert await base_url() == "http://127.0.0.1:8080/messaging"
    host = {"host": "messaging.localhost:8080"}
    assert await base_url("", host) == "http://messaging.localhost:8080"


async def test_the_public_url_wins():
    forwarded = {"x-forwarded-host": "evil.example.com", "host": "messaging.internal"}
    for options in ({}, {"trust_forwarded": True}):
        url = await base_url("", forwarded, public_url="https://sms.example.com/", **options)
        assert url == "https://sms.example.com/messaging"


async def test_forwarded_headers_are_believed_only_when_trusted():
    headers = {"x-forwarded-proto": "https, http", "x-forwarded-host": "a.example.com, b"}
    assert await base_url(headers=headers) == "http://127.0.0.1:8080/messaging"
    url = await base_url(headers=headers, trust_forwarded=True)
    assert url == "https://a.example.com/messaging"
    odd = {"x-forwarded-proto": "javascript", "x-forwarded-host": "a b"}
    assert await base_url(headers=odd, trust_forwarded=True) == "http://127.0.0.1:8080/messaging"


@pytest.mark.parametrize("host", [None, "", "a\x00b", 'a"b', "a b", "evil.example/x", "a" * 300])
async def test_a_host_that_is_none_is_not_repeated(host):
    assert await base_url(headers={"host": host}) == "http://127.0.0.1:8080/messaging"


async def test_ipv6_hosts():
    assert await base_url(headers={"host": "[::1]:80"}) == "http://[::1]:80/messaging"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("messaging.twilio.com", "https://messaging.twilio.com"),
        ("Messaging.Dublin.IE1.Twilio.com.", "https://Messaging.Dublin.IE1.Twilio.com."),
        ("messaging.twilio.com:8443", "https://messaging.twilio.com:8443"),
        ("messaging.twilio.com.example.com", "http://messaging.twilio.com.example.com"),
        ("messaging.nottwilio.com", "http://messaging.nottwilio.com"),
    ],
)
async def test_links_of_a_redirected_program_are_secure_as_it_believes_to_be(host, url):
    assert await base_url("", {"host": host}) == url


async def test_the_apex_is_a_host_of_twilio_too():
    assert await base_url(headers={"host": "twilio.com"}) == "https://twilio.com/messaging"


async def test_a_trusted_proxy_knows_the_scheme_of_twilios_hosts_better():
    headers = {"host": "messaging.twilio.com", "x-forwarded-proto": "http"}
    assert await base_url("", headers, trust_forwarded=True) == "http://messaging.twilio.com"
    other = {"host": "messaging.twilio.com", "x-forwarded-host": "messaging.example.com"}
    url = await base_url("", other, trust_forwarded=True)
    assert url == "http://messaging.example.com"
