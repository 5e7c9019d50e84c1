"""Whatever arrives, the answer is Twilio's and never a 5xx."""

import json
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rest.asgi_driver import FORM, basic
from tests.unit.rest.notes_api import CHILD, KEY, NOTE, PARENT, TEST, TOKEN, Service, notes

LATIN = st.text(st.characters(max_codepoint=255), max_size=30)
PIECES = st.sampled_from(
    [
        "/2010-04-01",
        "/messaging/v1",
        "/Accounts",
        f"/{PARENT}",
        f"/{CHILD}",
        "/Notes",
        f"/{NOTE}",
        "/Diaries",
        "/Papers/US/Local",
        ".json",
        ".xml",
        "/",
        "%00",
        "%ff",
        "%2F",
        "..",
        "?",
        "?PageSize=2",
        "&Page=",
        "&PageToken=PANO",
        "&DateSent>=0000-01-01",
        "9" * 30,
    ]
)
TARGETS = st.one_of(
    st.lists(PIECES, max_size=9).map("".join),
    LATIN.map(lambda text: "/" + text),
    LATIN.map(lambda text: notes(PARENT, ".json?" + text)),
    LATIN.map(lambda text: notes(PARENT, "/" + text)),
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "authorization": st.one_of(
            LATIN,
            LATIN.map(lambda text: f"Basic {text}"),
            st.sampled_from([PARENT, CHILD, KEY, TEST]).map(lambda name: basic(name, TOKEN)),
        ),
        "content-type": st.one_of(LATIN, st.just(FORM)),
        "content-length": st.one_of(LATIN, st.integers(0, 10**30).map(str)),
        "host": LATIN,
        "x-forwarded-host": LATIN,
    },
)


@given(
    st.sampled_from(["GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT"]),
    TARGETS,
    HEADERS,
    st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda data: b"Text=" + data)),
)
async def test_no_request_is_answered_with_a_5xx(method, target, headers, body):
    service = Service(trust_forwarded=True)
    answer = await service.client().request(method, target, body=body, headers=headers)
    assert 200 <= answer.status < 500
    assert service.errors == []
    assert service.app._concurrency._running == {}
    if answer.headers.get("content-type") == "application/json" and answer.body:
        told = json.loads(answer.body)
        assert answer.status < 400 or told["status"] == answer.status
    elif answer.headers.get("content-type") == "application/xml" and answer.body:
        assert ElementTree.fromstring(answer.body).tag == "TwilioResponse"
