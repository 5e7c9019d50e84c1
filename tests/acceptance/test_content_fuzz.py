"""JSON that nobody thought of: a template as it was meant, or a refusal in Twilio's form."""

from __future__ import annotations

from typing import Any

import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.platform import World

ODD = ["", "{{1}}", "{{", "x" * 1601, "\u202e", "e\u0301", "https://a.example/{{2}}", "URL", "en"]
TEXT = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(ODD)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
GOOD = {
    "twilio/text": {"body": "Hi {{1}}"},
    "twilio/media": {"media": ["https://a.example/{{2}}"]},
    "twilio/quick-reply": {"body": "a", "actions": [{"title": "Yes"}]},
    "twilio/call-to-action": {
        "body": "a",
        "actions": [{"type": "URL", "title": "Go", "url": "https://a.example"}],
    },
    "twilio/location": {"latitude": 1.5},
}
FIELDS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("body", "media", "actions", "title"), VALUES),
)
TYPES = st.dictionaries(st.sampled_from([*GOOD, "twilio/x"]), FIELDS | VALUES, max_size=2)
NAMES = st.sampled_from(["friendly_name", "language", "variables", "types", "stranger"])
DOCUMENTS = st.tuples(
    st.booleans(),
    st.sampled_from(sorted(GOOD)),
    st.dictionaries(NAMES, VALUES | TYPES | st.dictionaries(TEXT, TEXT), max_size=3),
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(DOCUMENTS)
def test_any_document_is_a_template_or_refused(
    running: World, drawn: tuple[bool, str, dict[str, Any]]
) -> None:
    good, name, document = drawn
    if good:  # now and then all that is needed, so that the rest is looked at too
        document = {"language": "en", "types": {name: GOOD[name]}} | document
    auth = (running.account_sid, running.auth_token)
    url = f"{running.base_url}/content/v1/Content"
    answer = requests.post(url, json=document, auth=auth, timeout=30)
    made = answer.json()
    if answer.status_code != 201:
        assert answer.status_code == 400, answer.text
        assert made["code"] in {20001, 20422, *range(92001, 92009)}
        assert set(made) == {"code", "message", "more_info", "status"}
        return
    assert requests.get(f"{url}/{made['sid']}", auth=auth, timeout=30).json() == made
    message = {"To": "+15558675309", "From": running.numbers[0], "ContentSid": made["sid"]}
    sent = requests.post(
        f"{running.base_url}/2010-04-01/Accounts/{auth[0]}/Messages.json",
        data=message,
        auth=auth,
        timeout=30,
    )
    assert sent.status_code in (201, 400), sent.text
    assert requests.delete(f"{url}/{made['sid']}", auth=auth, timeout=30).status_code == 204
