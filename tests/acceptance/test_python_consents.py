"""Who wants whose messages: services, their words, the list, and how it comes in and goes out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.support.app_server import CustomerApp, twiml
from tests.support.control import advance, bodies, settle, text_from
from tests.support.platform import World
from tests.support.python_client import connect, refused

PHONE, OTHER_PHONE = "+15558675309", "+15551234567"
LOCAL, SECOND, TOLL_FREE = "+14155550100", "+12065550100", "+18005550100"
BLOCKED = (400, 21610, "Attempt to send to unsubscribed recipient")


def make_service(client: Client, *numbers: str, **settings: Any) -> str:
    """A service with numbers of the account in its pool; its SID."""
    sid = str(client.messaging.v1.services.create(friendly_name="shop", **settings).sid)
    for number in numbers:
        (own,) = client.incoming_phone_numbers.list(phone_number=number)
        client.messaging.v1.services(sid).phone_numbers.create(phone_number_sid=str(own.sid))
    return sid


def refusal_of(platform: World, method: str, path: str, body: Any = None) -> tuple[int, str]:
    """Status and code of a refusal of the control API."""
    with pytest.raises(HTTPError) as caught:
        platform.control(method, path, body)
    return caught.value.code, json.loads(caught.value.read())["error"]["code"]


def blocked(client: Client, sender: str, to: str = PHONE) -> bool:
    """Whether a plain message is refused with 21610."""
    try:
        client.messages.create(to=to, from_=sender, body="hello")
    except TwilioRestException as error:
        if error.code != 21610:
            raise
        return True
    return False


def test_stop_at_one_number_of_a_pool_leaves_the_whole_service(
    client: Client, platform: World
) -> None:
    service = make_service(client, LOCAL, TOLL_FREE)
    text_from(platform, PHONE, LOCAL, "stop")

    with refused(*BLOCKED):
        client.messages.create(to=PHONE, from_=TOLL_FREE, body="hello")
    assert blocked(client, LOCAL)
    assert not blocked(client, SECOND)  # not in the pool
    sent = client.messages.create(to=PHONE, messaging_service_sid=service, body="hello")
    assert sent.status == "accepted"
    settle(platform)
    failed = client.messages(str(sent.sid)).fetch()
    assert (failed.status, failed.error_code) == ("failed", 21610)

    text_from(platform, PHONE, TOLL_FREE, "START")
    assert not blocked(client, LOCAL)


def test_what_comes_in_at_a_pool_is_the_services(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answer = twiml("<Response><Message>from the service</Message></Response>")
    service = make_service(client, LOCAL, inbound_request_url=app.on("/service", answer))
    sid = text_from(platform, PHONE, LOCAL, "hello")
    settle(platform)

    (request,) = app.asked_for("/service")
    assert request["MessagingServiceSid"] == service
    assert client.messages(sid).fetch().messaging_service_sid == service
    (reply,) = client.messages.list(from_=LOCAL)
    assert (reply.messaging_service_sid, reply.direction) == (service, "outbound-reply")
    assert bodies(platform, PHONE) == ["from the service"]


def test_a_service_chooses_its_words(client: Client, platform: World) -> None:
    service = make_service(client, LOCAL)
    words = platform.control("GET", f"/services/{service}/opt-out")["words"]
    assert (words["enabled"], "STOPALL" in words["stop"]["keywords"]) == (False, True)
    words["enabled"] = True
    words["help"] = {"keywords": ["HELP"], "reply": "Call 311."}
    words["overrides"] = [
        {"country": "CA", "language": "fr", "stop": {"keywords": ["ARRET"], "reply": "Adieu."}}
    ]
    words = platform.control("PUT", f"/services/{service}/opt-out", words)["words"]

    text_from(platform, "+15145550111", LOCAL, "arret")  # Montréal
    text_from(platform, PHONE, LOCAL, "arret")  # is no word elsewhere
    text_from(platform, PHONE, LOCAL, "help")
    settle(platform)

    assert bodies(platform, "+15145550111") == ["Adieu."]
    assert bodies(platform, PHONE) == ["Call 311."]
    logged = {message.body: message for message in client.messages.list(from_=LOCAL)}
    assert set(logged) == {"Adieu.", "Call 311."}
    assert logged["Adieu."].messaging_service_sid == service
    path = f"/services/{service}/opt-out"
    assert refusal_of(platform, "PUT", path, {**words, "enabled": False}) == (422, "invalid_words")
    bare = {**words, "stop": {"keywords": ["END"], "reply": ""}}
    assert refusal_of(platform, "PUT", path, bare) == (422, "invalid_words")
    assert platform.control("GET", path)["words"] == words
    nobodys = f"/services/MG{'0' * 32}/opt-out"
    assert refusal_of(platform, "GET", nobodys) == (404, "no_such_service")


def test_two_services_do_not_help_each_other_for_ever(client: Client, platform: World) -> None:
    for number, word, reply in ((LOCAL, "RED", "BLUE"), (SECOND, "BLUE", "RED")):
        words = {"enabled": True, "help": {"keywords": ["HELP", word], "reply": reply}}
        platform.control("PUT", f"/services/{make_service(client, number)}/opt-out", words)
    client.messages.create(to=SECOND, from_=LOCAL, body="help")
    settle(platform)
    assert sorted(m.body for m in client.messages.list(to=LOCAL)) == ["RED", "RED"]  # out and in


def test_the_list_tells_how_each_consent_is_known(client: Client, platform: World) -> None:
    service = make_service(client, LOCAL)
    text_from(platform, PHONE, LOCAL, "Stop!")
    platform.control(
        "PUT",
        "/consents",
        {
            "sender": SECOND,
            "recipient": OTHER_PHONE,
            "status": "blocked",
            "source": "website",
            "ip": "203.0.113.7",
            "user_agent": "Mozilla/5.0",
            "consented_at": "2026-01-02T03:04:05+01:00",
        },
    )
    pair, whole = platform.control("GET", "/consents")["consents"]

    assert (pair["sender"], pair["method"], pair["source"]) == (SECOND, "api", "website")
    assert (pair["ip"], pair["user_agent"]) == ("203.0.113.7", "Mozilla/5.0")
    assert pair["consented_at"] == "2026-01-02T02:04:05Z"
    assert (whole["sender"], whole["recipient"], whole["keyword"]) == (service, PHONE, "STOP")
    assert (whole["method"], whole["source"]) == ("keyword", "opt-out-message")
    assert blocked(client, SECOND, OTHER_PHONE)

    advance(platform, "1m")
    text_from(platform, PHONE, LOCAL, "start")
    path = f"/consents/history?sender={service}&recipient=%2B15558675309"
    history = platform.control("GET", path)["consents"]
    assert [(entry["status"], entry["keyword"]) for entry in history] == [
        ("blocked", "STOP"),
        ("allowed", "START"),
    ]
    allowed = platform.control("GET", "/consents?status=allowed")["consents"]
    assert [entry["sender"] for entry in allowed] == [service]
    assert platform.control("GET", "/consents?method=api")["consents"] == [pair]
    assert platform.control("GET", "/consents?recipient=%2B15551234567")["consents"] == [pair]
    first = platform.control("GET", "/consents?limit=1")
    second = platform.control("GET", f"/consents?limit=1&after={first['next'].replace('+', '%2B')}")
    assert [*first["consents"], *second["consents"]] == [
        pair,
        platform.control("GET", "/consents")["consents"][1],
    ]
    assert second["next"] is None


def export(platform: World, query: str = "") -> str:
    """The list as CSV."""
    request = Request(
        f"{platform.base_url}/trunkline/v1/consents/export?world={platform.name}{query}",
        headers={"Authorization": f"Bearer {platform.control_token}"},
    )
    with urlopen(request, timeout=60) as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        return str(answer.read().decode())


def test_a_list_goes_out_and_comes_in_again(client: Client, platform: World) -> None:
    rows = "".join(
        f"{LOCAL},+1555{n:07},{'opt-out' if n % 3 else 'opt-in'},website\n" for n in range(5000)
    )
    text = "from,to,status,source\n" + rows
    done = platform.control("POST", "/consents/import", {"csv": text})
    assert (done["imported"], done["unchanged"], done["num_refused"]) == (5000, 0, 0)
    done = platform.control("POST", "/consents/import", {"csv": text, "atomic": True})
    assert (done["imported"], done["unchanged"]) == (0, 5000)

    exported = export(platform)
    read = list(csv.DictReader(io.StringIO(exported)))
    assert len(read) == 5000
    assert len({row["recipient"] for row in read}) == 5000
    assert read[1]["recipient"] == "+15550000001"
    assert (read[1]["status"], read[1]["method"], read[1]["source"]) == (
        "blocked", "import", "website",
    )  # fmt: skip
    platform.control("POST", "/reset", {})
    assert export(platform).count("\n") == 1
    done = platform.control("POST", "/consents/import", {"csv": exported, "atomic": True})
    assert done["imported"] == 5000
    assert blocked(client, LOCAL, "+15550000001")
    assert not blocked(client, LOCAL, "+15550000000")


def test_a_list_that_is_imported_again_undoes_no_stop(client: Client, platform: World) -> None:
    rows = [
        {"sender": LOCAL, "recipient": PHONE, "status": "opt-in"},
        {
            "sender": LOCAL,
            "recipient": OTHER_PHONE,
            "status": "opt-in",
            "consented_at": "2024-01-02T03:04:05Z",
        },
    ]
    assert platform.control("POST", "/consents/import", {"rows": rows})["imported"] == 2
    for phone in (PHONE, OTHER_PHONE):
        text_from(platform, phone, LOCAL, "STOP")
    done = platform.control("POST", "/consents/import", {"rows": rows})
    assert (done["imported"], done["unchanged"]) == (0, 2)
    assert all(blocked(client, LOCAL, phone) for phone in (PHONE, OTHER_PHONE))
    pair = {"sender": LOCAL, "recipient": PHONE, "status": "allowed", "source": "website"}
    assert platform.control("PUT", "/consents", pair)["changed"] is True
    assert not blocked(client, LOCAL)


def test_evidence_of_a_person_is_not_mixed_with_that_of_whoever_imports(platform: World) -> None:
    pair = {"sender": LOCAL, "status": "blocked"}
    rows = [
        {**pair, "recipient": PHONE, "ip": "203.0.113.7"},
        {**pair, "recipient": OTHER_PHONE, "user_agent": "Shop/1"},
    ]
    platform.control("POST", "/consents/import", {"rows": rows})
    found = {c["recipient"]: c for c in platform.control("GET", "/consents")["consents"]}
    assert (found[PHONE]["ip"], found[PHONE]["user_agent"]) == ("203.0.113.7", None)
    assert (found[OTHER_PHONE]["ip"], found[OTHER_PHONE]["user_agent"]) == (None, "Shop/1")


def test_as_a_whole_only_so_much_is_imported(platform: World) -> None:
    rows = [
        {"sender": LOCAL, "recipient": f"+1555{n:07}", "status": "blocked"} for n in range(10_001)
    ]
    body = {"rows": rows, "atomic": True}
    assert refusal_of(platform, "POST", "/consents/import", body) == (422, "invalid_table")
    assert platform.control("GET", "/consents")["consents"] == []
    del body["rows"][0]
    assert platform.control("POST", "/consents/import", body)["imported"] == 10_000


@pytest.mark.parametrize("atomic", [False, True])
def test_broken_rows_are_told_by_their_lines(platform: World, atomic: bool) -> None:
    text = (
        "sender,recipient,status,consented_at\r\n"
        f"{LOCAL},{PHONE},blocked,\r\n"
        f"{LOCAL},12,blocked,\r\n"
        "\r\n"
        f"+14155550199,{PHONE},blocked,\r\n"
        f"{LOCAL},{PHONE},perhaps,yesterday\r\n"
        f"{LOCAL},{PHONE},blocked,,too,many\r\n"
        f'{LOCAL},"{OTHER_PHONE}",blocked,2026-01-02T03:04:05Z\r\n'
        f'{LOCAL},"{OTHER_PHONE},blocked\r\n'
    )
    done = platform.control("POST", "/consents/import", {"csv": text, "atomic": atomic})
    assert [entry["line"] for entry in done["refused"]] == [3, 5, 6, 7, 9]
    assert done["num_refused"] == 5
    assert "E.164" in done["refused"][0]["reason"]
    assert "neither blocked nor allowed; consented_at" in done["refused"][2]["reason"]
    assert done["imported"] == (0 if atomic else 2)
    listed = platform.control("GET", "/consents")["consents"]
    assert len(listed) == done["imported"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (422, "invalid_parameter")),
        ({"csv": "", "rows": []}, (422, "invalid_parameter")),
        ({"csv": ""}, (422, "invalid_table")),
        ({"csv": "sender,recipient\n"}, (422, "invalid_table")),
        ({"csv": "sender,recipient,status,password\n"}, (422, "invalid_table")),
        ({"csv": "a\0b"}, (422, "invalid_parameter")),
        ({"rows": [1]}, (422, "invalid_parameter")),
        ({"rows": [], "account_sid": "AC" + "0" * 32}, (404, "no_such_account")),
    ],
)
def test_what_is_no_list(platform: World, body: Any, refusal: tuple[int, str]) -> None:
    assert refusal_of(platform, "POST", "/consents/import", body) == refusal


def test_rows_in_json(platform: World) -> None:
    rows = [
        {"sender": LOCAL, "recipient": PHONE, "status": "blocked"},
        {
            "sender": LOCAL,
            "recipient": PHONE,
            "status": "allowed",
            "consented_at": "2126-01-02T03:04:05Z",
        },
        {"sender": LOCAL, "recipient": 5, "status": "blocked"},
        {"sender": "SHOP", "recipient": PHONE, "status": "opt-out"},
        {"sender": LOCAL, "recipient": PHONE, "status": "blocked", "why": "x", "line": 12},
    ]
    done = platform.control("POST", "/consents/import", {"rows": rows})
    assert (done["imported"], [row["line"] for row in done["refused"]]) == (3, [3, 12])
    listed = platform.control("GET", "/consents")["consents"]
    assert [(row["sender"], row["status"]) for row in listed] == [
        (LOCAL, "allowed"), ("SHOP", "blocked"),
    ]  # fmt: skip


def test_bulk_consents(client: Client, platform: World) -> None:
    service = make_service(client, LOCAL)
    good = {
        "contact_id": PHONE,
        "correlation_id": "ad388b5a46b33b874b0d41f7226db2ef",
        "sender_id": service,
        "date_of_consent": "2025-02-28T10:05:27Z",
        "status": "opt-out",
        "source": "website",
    }
    bad = {
        "contact_id": "+19",
        "correlation_id": "02520cfa6c432f0e3ec3a38c122d428d",
        "sender_id": LOCAL,
        "date_of_consent": "2025-03-25",
        "status": "opt-in",
        "source": "opt-in-message",
    }
    made = client.accounts.v1.bulk_consents.create(items=[good, bad])

    assert made.items == [
        {"correlation_id": good["correlation_id"], "error_code": 0, "error_messages": []},
        {
            "correlation_id": bad["correlation_id"],
            "error_code": 30646,
            "error_messages": ["INVALID_CONTACT_ID", "INVALID_DATE_OF_CONSENT"],
        },
    ]
    assert blocked(client, LOCAL)
    (kept,) = platform.control("GET", "/consents")["consents"]
    assert (kept["method"], kept["source"], kept["ip"]) == ("api", "website", "127.0.0.1")
    assert "twilio-python" in kept["user_agent"]
    with pytest.raises(TwilioRestException) as caught:
        client.accounts.v1.bulk_consents.create(items=[])
    assert (caught.value.status, caught.value.code) == (400, 20422)


def test_nobody_speaks_for_the_numbers_of_another_account(client: Client, platform: World) -> None:
    branch = client.api.accounts.create(friendly_name="branch")
    other = connect(platform, str(branch.sid), str(branch.auth_token))
    service = make_service(client, LOCAL)
    item = {
        "contact_id": PHONE, "correlation_id": "x", "status": "opt-out", "source": "others",
    }  # fmt: skip
    made = other.accounts.v1.bulk_consents.create(
        items=[{**item, "sender_id": LOCAL}, {**item, "sender_id": service}]
    )
    assert [each["error_messages"] for each in made.items or ()] == [["INVALID_SENDER_ID"]] * 2
    assert not blocked(client, LOCAL)


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        ({}, ["CONTACT_ID", "SENDER_ID", "SOURCE", "STATUS", "CORRELATION_ID"]),
        ({"status": "blocked"}, ["STATUS"]),
        ({"source": None}, ["SOURCE"]),
        ({"contact_id": "a\0b"}, ["CONTACT_ID"]),
        ({"contact_id": 5}, ["CONTACT_ID"]),
        ({"sender_id": "12345"}, ["SENDER_ID"]),
        ({"correlation_id": "\n"}, ["CORRELATION_ID"]),
        ({"correlation_id": {"a": []}}, ["CORRELATION_ID"]),
        ({"date_of_consent": "yesterday"}, ["DATE_OF_CONSENT"]),
    ],
)
def test_items_that_are_wrong(client: Client, item: dict[str, Any], wrong: list[str]) -> None:
    good = {
        "contact_id": PHONE, "correlation_id": "1", "sender_id": LOCAL, "status": "opt-out",
        "source": "others",
    }  # fmt: skip
    given = {**good, **item} if item else {}
    (result,) = client.accounts.v1.bulk_consents.create(items=[given]).items or ()
    assert result["error_code"] == 30646
    assert result["error_messages"] == [f"INVALID_{each}" for each in wrong]
    assert not blocked(client, LOCAL)


@pytest.mark.parametrize("item", ["", "[1]", "5", '{"a": ', "[" * 100_000, '{"a": "\\ud800"}'])
def test_items_that_are_no_objects(platform: World, item: str) -> None:
    request = Request(
        f"{platform.base_url}/accounts/v1/Consents/Bulk",
        data=urlencode({"Items": item}).encode(),
        headers={"Authorization": platform.basic},
    )
    with pytest.raises(HTTPError) as caught:
        urlopen(request, timeout=60)
    assert caught.value.code == 400
    assert json.loads(caught.value.read())["code"] == 20422
