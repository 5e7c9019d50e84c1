"""twilio-python and content templates: texts with variables that messages name by ContentSid."""

import json
from typing import Any

import pytest
import requests
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentInstance, ContentList
from twilio.rest.content.v1.content.approval_create import ApprovalCreateList
from twilio.rest.messaging.v2.channels_sender import ChannelsSenderList

from tests.support.control import advance, inbox, make_world, now, settle
from tests.support.media_server import PNG, File, MediaServer
from tests.support.platform import World
from tests.support.python_client import connect, refused

PHONE = "+15558675309"
SENDER = "+14155550100"
TEXT = {"twilio/text": {"body": "Hi {{name}}, your order {{1}} is ready."}}
QUICK = {
    "twilio/quick-reply": {
        "body": "Shall we come, {{name}}?",
        "actions": [{"title": "Yes", "id": "yes"}, {"title": "No", "id": "no"}],
    }
}


def request(**fields: Any) -> ContentList.ContentCreateRequest:
    """What twilio-python's `create` takes: it sends null for every name that is not given."""
    return ContentList.ContentCreateRequest({"language": "en", "types": TEXT} | fields)


def create(client: Client, **fields: Any) -> ContentInstance:
    return client.content.v1.contents.create(request(**fields))


def not_there(sid: object) -> tuple[int, int, str]:
    return 404, 20404, f"The requested resource /Content/{sid} was not found"


def sent(client: Client, platform: World, content: ContentInstance, variables: str = "{}") -> str:
    """The text that a phone gets of a template."""
    made = client.messages.create(
        to=PHONE, from_=SENDER, content_sid=content.sid, content_variables=variables
    )
    settle(platform)
    [received] = inbox(platform, PHONE)
    assert received["body"] == made.body
    return str(made.body)


def test_create_and_fetch(client: Client, platform: World) -> None:
    started = now(platform)
    created = create(client, friendly_name="ready", variables={"name": "Ann", "1": "7"})

    assert (created.sid or "")[:2] == "HX"
    assert (created.account_sid, created.friendly_name, created.language) == (
        platform.account_sid,
        "ready",
        "en",
    )
    assert (created.variables, created.types) == ({"name": "Ann", "1": "7"}, TEXT)
    assert created.date_created == created.date_updated
    assert created.date_created is not None
    assert 0 <= (created.date_created - started.replace(microsecond=0)).total_seconds() < 60
    url = f"{platform.base_url}/content/v1/Content/{created.sid}"
    assert created.url == url
    assert created.links == {
        "approval_create": f"{url}/ApprovalRequests/whatsapp",
        "approval_fetch": f"{url}/ApprovalRequests",
    }
    fetched = client.content.v1.contents(created.sid).fetch()
    assert vars(fetched)["types"] == TEXT
    assert fetched.friendly_name == "ready"


def test_create_with_little(client: Client) -> None:
    created = create(client)
    assert (created.friendly_name, created.variables) == ("", {})


def test_other_types_are_kept(client: Client) -> None:
    types = {
        "twilio/location": {"latitude": 39.7392, "longitude": 104.9903, "label": "Foo Bar Co"},
        **QUICK,
    }
    sid = create(client, types=types).sid
    kept = client.content.v1.contents(sid).fetch().types
    assert kept is not None
    assert kept["twilio/location"] == types["twilio/location"]
    assert kept["twilio/quick-reply"]["actions"][1] == {"title": "No", "id": "no"}


def test_list(client: Client) -> None:
    sids = [create(client, friendly_name=f"t{n}").sid for n in range(3)]

    assert [each.sid for each in client.content.v1.contents.list()] == sids[::-1]
    assert [each.sid for each in client.content.v1.contents.list(page_size=2)] == sids[::-1]
    assert client.content.v1.legacy_contents.list() == []


def test_update(client: Client, platform: World) -> None:
    created = create(client, friendly_name="old", variables={"name": "Ann", "1": "7"})
    advance(platform, "1h")
    body = {"twilio/text": {"body": "Bye {{name}}"}}
    asked = ContentList.ContentUpdateRequest({"types": body})

    updated = client.content.v1.contents(created.sid).update(asked)

    assert (updated.types, updated.friendly_name, updated.language) == (body, "old", "en")
    assert updated.variables == {"name": "Ann", "1": "7"}
    assert updated.date_created == created.date_created
    assert updated.date_updated is not None
    assert created.date_updated is not None
    assert (updated.date_updated - created.date_updated).total_seconds() >= 3600
    assert sent(client, platform, created) == "Bye Ann"


def test_delete(client: Client, platform: World) -> None:
    created = create(client, variables={"name": "Ann", "1": "7"})
    assert sent(client, platform, created) == "Hi Ann, your order 7 is ready."

    assert client.content.v1.contents(created.sid).delete() is True

    with refused(*not_there(created.sid)):
        client.content.v1.contents(created.sid).fetch()
    with refused(*not_there(created.sid)):
        client.content.v1.contents(created.sid).delete()
    with refused(400, 21655, "The ContentSid is Invalid"):
        client.messages.create(to=PHONE, from_=SENDER, content_sid=created.sid)
    assert inbox(platform, PHONE)[0]["body"] == "Hi Ann, your order 7 is ready."


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "no types": ({"types": None}, 92001, "'Types' Parameter Required"),
    "no type": ({"types": {}}, 92001, "'Types' Parameter Required"),
    "no language": ({"language": None}, 92003, "'language' Parameter Required"),
    "a language": ({"language": "english"}, 92004, "Invalid language code"),
    "variables": ({"variables": {"a b": "x"}}, 92007, "The Content Variables Parameter is invalid"),
    "a number as a variable": (
        {"variables": {"1": 5}},
        92007,
        "The Content Variables Parameter is invalid",
    ),
    "too many variables": (
        {"variables": {str(n): "x" for n in range(101)}},
        92002,
        "The 'variables' parameter exceeds the allowed limit",
    ),
    "a long name": (
        {"friendly_name": "x" * 451},
        20422,
        "Invalid parameter friendly_name: longer than 450 characters",
    ),
    "a text without body": (
        {"types": {"twilio/text": {}}},
        20422,
        "Invalid parameter types.twilio/text.body: required, as a string",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_templates_that_are_refused(client: Client, what: str) -> None:
    fields, code, message = WRONG[what]
    with refused(400, code, message):
        create(client, **fields)
    assert client.content.v1.contents.list() == []


def test_a_retired_type_is_refused(platform: World) -> None:
    answer = requests.post(
        f"{platform.base_url}/content/v1/Content",
        json={"language": "en", "types": {"twilio/button": {"body": "a"}}},
        auth=(platform.account_sid, platform.auth_token),
        timeout=30,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 92008)


def test_nobody_elses_template(client: Client, running: World) -> None:
    theirs = create(connect(make_world(running, "stranger"))).sid

    with refused(*not_there(theirs)):
        client.content.v1.contents(theirs).fetch()
    with refused(*not_there(theirs)):
        client.content.v1.contents(theirs).delete()
    with refused(*not_there(theirs)):
        client.content.v1.contents(theirs).update(ContentList.ContentUpdateRequest({"types": TEXT}))
    with refused(
        404, 20404, f"The requested resource /Content/{theirs}/ApprovalRequests was not found"
    ):
        client.content.v1.contents(theirs).approval_fetch().fetch()
    with refused(400, 21655, "The ContentSid is Invalid"):
        client.messages.create(to=PHONE, from_=SENDER, content_sid=theirs)
    with refused(400, 21481, "Invalid PageToken"):
        client.content.v1.contents.page(page_token=f"PA{theirs}")


def ask_for_approval(client: Client, sid: Any, **fields: Any) -> Any:
    asked = {"name": "order_ready", "category": "UTILITY"} | fields
    return client.content.v1.contents(sid).approval_create.create(
        ApprovalCreateList.ContentApprovalRequest(asked)
    )


def test_approval(client: Client) -> None:
    sid = create(client, types=TEXT | QUICK).sid
    before = client.content.v1.contents(sid).approval_fetch().fetch().whatsapp
    assert before is not None
    assert (before["status"], before["name"]) == ("unsubmitted", "")

    created = ask_for_approval(client, sid)

    assert (created.status, created.name, created.category) == (
        "received",
        "order_ready",
        "UTILITY",
    )
    assert (created.content_type, created.rejection_reason) == ("twilio/quick-reply", "")
    fetched = client.content.v1.contents(sid).approval_fetch().fetch().whatsapp
    assert fetched is not None
    assert (fetched["type"], fetched["status"], fetched["name"]) == (
        "whatsapp",
        "approved",
        "order_ready",
    )
    [listed] = client.content.v1.content_and_approvals.list()
    assert listed.sid == sid
    assert (listed.approval_requests or {})["status"] == "approved"
    with refused(409, 20409, "The template was submitted for approval already"):
        ask_for_approval(client, sid)
    client.content.v1.contents(sid).update(ContentList.ContentUpdateRequest({"types": TEXT}))
    assert ask_for_approval(client, sid).content_type == "twilio/text"


def test_approvals_that_are_refused(client: Client) -> None:
    sid = create(client).sid
    with refused(
        400, 20422, "Invalid parameter category: not one of UTILITY, MARKETING, AUTHENTICATION"
    ):
        ask_for_approval(client, sid, category="FUN")
    with refused(400, 20422, "Invalid parameter name: only small letters, digits and underscores"):
        ask_for_approval(client, sid, name="Order Ready")
    with refused(400, 20422, "Invalid parameter name: required"):
        ask_for_approval(client, sid, name=None)


def test_search(client: Client, platform: World) -> None:
    order = create(client, friendly_name="b order", language="en_GB")
    advance(platform, "1d")
    reply = create(client, friendly_name="a question", types=QUICK, language="de")
    ask_for_approval(client, reply.sid)
    contents = client.content.v2.contents

    def found(**filters: Any) -> list[object]:
        return [each.sid for each in contents.list(**filters)]

    assert found() == [reply.sid, order.sid]
    assert found(sort_by_content_name="desc") == [order.sid, reply.sid]
    assert found(sort_by_date="asc") == [order.sid, reply.sid]
    assert found(content_name="^B .rd") == [order.sid]
    assert found(content="shall we") == [reply.sid]
    assert found(language=["en_GB", "fr"]) == [order.sid]
    assert found(content_type=["twilio/quick-reply", "twilio/media"]) == [reply.sid]
    assert found(channel_eligibility=["whatsapp:approved"]) == [reply.sid]
    assert found(channel_eligibility=["whatsapp:unsubmitted"]) == [order.sid]
    assert found(channel_eligibility=["sms:approved"]) == [reply.sid, order.sid]
    assert found(date_created_after=reply.date_created) == [reply.sid]
    assert found(date_created_before=order.date_created) == [order.sid]
    [listed] = client.content.v2.content_and_approvals.list(language=["de"])
    assert (listed.approval_requests or {})["name"] == "order_ready"
    with refused(400, 20001, "A pattern is not a regular expression"):
        found(content_name="(")


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_sorted_pages(client: Client, order: str) -> None:
    for n in (3, 1, 4, 1, 5, 9, 2):
        create(client, friendly_name=f"t{n}")

    listed = client.content.v2.contents.list(sort_by_content_name=order, page_size=2)
    names = [each.friendly_name for each in listed]
    expected = ["t1", "t1", "t2", "t3", "t4", "t5", "t9"]
    assert names == (expected if order == "asc" else expected[::-1])
    assert len({each.sid for each in listed}) == 7
    second = client.content.v2.contents.page(sort_by_content_name=order, page_size=2).next_page()
    assert second is not None
    first = second.previous_page()
    assert first is not None
    assert [each.friendly_name for each in first] == names[:2]


def test_send(client: Client, platform: World) -> None:
    content = create(client, variables={"name": "Ann", "1": "7"})
    text = sent(client, platform, content, '{"1": "12"}')
    assert text == "Hi Ann, your order 12 is ready."
    [message] = client.messages.list()
    assert (message.body, message.status, message.num_media) == (text, "delivered", "0")


def test_send_replies_as_text(client: Client, platform: World) -> None:
    content = create(client, types=QUICK, variables={"name": "Ann"})
    assert sent(client, platform, content) == "Shall we come, Ann?\n1. Yes\n2. No"


def have_channel(client: Client) -> None:
    asked = ChannelsSenderList.MessagingV2ChannelsSenderRequestsCreate(
        {"sender_id": f"whatsapp:{SENDER}"}
    )
    client.messaging.v2.channels_senders.create(asked)


def test_send_on_a_channel(client: Client, platform: World) -> None:
    """WhatsApp has buttons: the text is the body alone, and the most complex type is taken."""
    have_channel(client)
    content = create(client, types=TEXT | QUICK, variables={"name": "Ann", "1": "7"})

    message = client.messages.create(
        to=f"whatsapp:{PHONE}", from_=f"whatsapp:{SENDER}", content_sid=content.sid
    )

    settle(platform)
    assert message.body == "Shall we come, Ann?"
    assert client.messages(message.sid).fetch().status == "delivered"
    [received] = inbox(platform, f"whatsapp:{PHONE}")
    assert received["buttons"] == [
        {"type": "QUICK_REPLY", "title": "Yes", "target": None},
        {"type": "QUICK_REPLY", "title": "No", "target": None},
    ]


@pytest.mark.parametrize("how", ["redacted", "discarded"])
def test_buttons_go_with_the_text(client: Client, platform: World, how: str) -> None:
    have_channel(client)
    action = {"type": "URL", "title": "Track", "url": "https://a.example/{{1}}"}
    types = {"twilio/call-to-action": {"body": "Order {{1}}", "actions": [action]}}
    message = client.messages.create(
        to=f"whatsapp:{PHONE}",
        from_=f"whatsapp:{SENDER}",
        content_sid=create(client, types=types).sid,
        content_variables='{"1": "7"}',
        content_retention="discard" if how == "discarded" else "retain",
    )
    settle(platform)
    if how == "redacted":
        [received] = inbox(platform, f"whatsapp:{PHONE}")
        assert received["buttons"][0]["target"] == "https://a.example/7"
        client.messages(message.sid).update(body="")
    [received] = inbox(platform, f"whatsapp:{PHONE}")
    assert (received["body"], received["buttons"]) == ("", [])


def test_send_media(client: Client, platform: World, media: MediaServer) -> None:
    url = media.add("cat.png", File("image/png", PNG))
    types = {"twilio/media": {"body": "Look, {{1}}", "media": [url.replace("cat", "{{2}}")]}}
    content = create(client, types=types, variables={"1": "Ann", "2": "dog"})

    message = client.messages.create(
        to=PHONE, from_=SENDER, content_sid=content.sid, content_variables='{"2": "cat"}'
    )

    settle(platform)
    assert (message.sid or "")[:2] == "MM"
    assert (message.body, message.num_media) == ("Look, Ann", "1")
    assert client.messages(message.sid).fetch().status == "delivered"
    assert len(client.messages(message.sid).media.list()) == 1


def test_senders_without_media_send_the_text(client: Client) -> None:
    types = {"twilio/media": {"media": ["https://a.example/a.png"]}, "twilio/text": {"body": "Hi"}}
    content = create(client, types=types)
    message = client.messages.create(to="+447700900123", from_="Acme", content_sid=content.sid)
    assert (message.body, message.num_media) == ("Hi", "0")


SEND_WRONG: dict[str, tuple[dict[str, Any], str, int, str]] = {
    "no value": (TEXT, '{"1": "a"}', 21656, "The ContentVariables Parameter is invalid"),
    "null": (TEXT, '{"1": "a", "name": null}', 21656, "The ContentVariables Parameter is invalid"),
    "a new line": (
        TEXT,
        '{"1": "a", "name": "b\\nc"}',
        21656,
        "The ContentVariables Parameter is invalid",
    ),
    "no form here": (
        {"twilio/catalog": {"id": "a"}},
        "{}",
        63005,
        "Channel did not accept given content: twilio/catalog cannot be sent here",
    ),
}


@pytest.mark.parametrize("what", SEND_WRONG)
def test_sends_that_are_refused(client: Client, what: str) -> None:
    types, variables, code, message = SEND_WRONG[what]
    content = create(client, types=types)
    with refused(400, code, message):
        client.messages.create(
            to=PHONE, from_=SENDER, content_sid=content.sid, content_variables=variables
        )
    assert client.messages.list() == []


def test_values_of_many_variables(client: Client, platform: World) -> None:
    """Each may be long, and all together longer than a message: what comes out counts."""
    body = "".join(f"{{{{{n}}}}}" for n in range(1, 5))
    content = create(client, types={"twilio/text": {"body": body}})
    four_hundred = json.dumps({str(n): "x" * 400 for n in range(1, 5)} | {"9": "y" * 1600})
    assert sent(client, platform, content, four_hundred) == "x" * 1600
    with refused(400, 21617, "The concatenated message body exceeds the 1600 character limit"):
        sent(client, platform, content, json.dumps({str(n): "x" * 401 for n in range(1, 5)}))


HOSTILE: dict[str, tuple[bytes, int, int]] = {
    "ten megabytes": (b'{"language": "%s"}' % (b"e" * (10 << 20)), 413, 20413),
    "no JSON": (b"language=en", 400, 20001),
    "a list": (b"[]", 400, 20001),
    "too deep": (b'{"types": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, 20001),
    "a NUL": (b'{"language": "en", "types": {"twilio/text": {"body": "\\u0000"}}}', 400, 20001),
    "half a pair": (b'{"language": "en", "friendly_name": "\\ud800"}', 400, 20001),
    "a name twice": (b'{"language": "en", "language": "de"}', 400, 20001),
    "too many values": (b'{"types": [%s]}' % b",".join([b"1"] * 20_000), 400, 20001),
    "types of another type": (b'{"language": "en", "types": [1]}', 400, 92001),
    "a language of another type": (
        b'{"language": ["en"], "types": {"twilio/text": {"body": "a"}}}',
        400,
        20422,
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_bodies_that_are_refused(client: Client, platform: World, what: str) -> None:
    body, status, code = HOSTILE[what]
    answer = requests.post(
        f"{platform.base_url}/content/v1/Content",
        data=body,
        headers={"Content-Type": "application/json"},
        auth=(platform.account_sid, platform.auth_token),
        timeout=30,
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.content.v1.contents.list() == []


def test_a_form_is_no_json_and_json_no_form(client: Client, platform: World) -> None:
    auth = (platform.account_sid, platform.auth_token)
    content = f"{platform.base_url}/content/v1/Content"
    messages = f"{platform.base_url}/2010-04-01/Accounts/{auth[0]}/Messages.json"
    for method, url, options in (
        ("POST", content, {"data": {"language": "en"}}),
        ("PUT", f"{content}/{create(client).sid}", {"data": {"language": "en"}}),
        ("POST", messages, {"json": {"To": PHONE, "From": SENDER, "Body": "a"}}),
    ):
        answer = requests.request(method, url, auth=auth, timeout=30, **options)
        assert (answer.status_code, answer.json()["code"]) == (415, 20415)
