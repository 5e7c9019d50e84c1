"""Ask for every operation that Twilio gives an example of, once, and keep the answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.support.control import settle
from tests.support.media_server import PNG, File, media_server
from tests.support.platform import World
from tests.support.recorded_calls import record_calls
from tests.support.recorded_links import record_links
from tests.support.recorded_services import record_services

PHONE, SENDER = "+15558675309", "+14155550100"
URL = "https://example.com"
CALLBACKS = {
    "ApiVersion": "2010-04-01",
    "SmsUrl": URL,
    "SmsMethod": "GET",
    "SmsFallbackUrl": URL,
    "SmsFallbackMethod": "GET",
    "VoiceUrl": URL,
    "VoiceMethod": "GET",
    "VoiceFallbackUrl": URL,
    "VoiceFallbackMethod": "GET",
    "StatusCallback": URL,
    "StatusCallbackMethod": "GET",
    "VoiceCallerIdLookup": "true",
}


@dataclass(frozen=True)
class Recorded:
    """An answer: its HTTP status and its JSON (None where there is no body)."""

    status: int
    body: Any


class Recorder:
    """Sends requests as the first account of a world and keeps what comes back, by operation."""

    def __init__(self, world: World) -> None:
        self.answers: dict[str, Recorded] = {}
        self._world = world
        self._session = requests.Session()
        self._session.auth = (world.account_sid, world.auth_token)
        self._account = f"/2010-04-01/Accounts/{world.account_sid}"

    def record(self, operation: str, method: str, path: str, **fields: Any) -> Any:
        """Send one request and keep its answer under `product operation`; its body."""
        kind = "data" if method == "POST" else "params"
        answer = self._session.request(
            method, f"{self._world.base_url}{path}", **{kind: fields}, timeout=30
        )
        body = answer.json() if answer.content else None
        self.answers[operation] = Recorded(answer.status_code, body)
        return body

    def record_json(self, operation: str, method: str, path: str, **fields: Any) -> Any:
        """Send one request with a JSON body, and keep its answer."""
        answer = self._session.request(
            method, f"{self._world.base_url}{path}", json=fields, timeout=30
        )
        self.answers[operation] = Recorded(answer.status_code, answer.json())
        return self.answers[operation].body

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def all(self) -> None:
        """Every operation, the most telling answer of each."""
        self._accounts()
        for resource, noun in (("Keys", "Key"), ("SigningKeys", "SigningKey")):
            self._keys(resource, noun)
        self._iam_keys()
        self._consents()
        application = self._applications()
        self._numbers(application)
        self._available_numbers()
        self._short_codes()
        self._channel_senders()
        self._content()
        record_services(self, self._world)
        record_links(self, self._world)
        record_calls(self, self._world)
        with media_server() as server:
            self._messages(server.add("cat.png", File("image/png", PNG)))
            self._alerts(server.add("status", File("text/plain", b"broken", status=500)))
        # Its examples are only referred to: test_python_channel_senders compares with them.
        del self.answers["messaging_v2 CreateChannelsSender"]

    def _accounts(self) -> None:
        made = self.record("api CreateAccount", "POST", "/2010-04-01/Accounts.json")
        self.record("api ListAccount", "GET", "/2010-04-01/Accounts.json", PageSize=1)
        one = f"/2010-04-01/Accounts/{made['sid']}.json"
        self.record("api FetchAccount", "GET", one)
        self.record("api UpdateAccount", "POST", one, Status="suspended")
        self.record("api FetchBalance", "GET", f"{self._account}/Balance.json")

    def _keys(self, resource: str, noun: str) -> None:
        path = f"{self._account}/{resource}"
        made = self.record(f"api CreateNew{noun}", "POST", f"{path}.json", FriendlyName="foo")
        self.record(f"api List{noun}", "GET", f"{path}.json", PageSize=1)
        one = f"{path}/{made['sid']}.json"
        self.record(f"api Fetch{noun}", "GET", one)
        self.record(f"api Update{noun}", "POST", one, FriendlyName="bar")
        self.record(f"api Delete{noun}", "DELETE", one)

    def _iam_keys(self) -> None:
        own = {"AccountSid": self._world.account_sid}
        made = self.record("iam CreateNewKey", "POST", "/iam/v1/Keys", **own, FriendlyName="foo")
        self.record("iam ListGetKeys", "GET", "/iam/v1/Keys", **own, PageSize=1)
        one = f"/iam/v1/Keys/{made['sid']}"
        self.record("iam FetchKey", "GET", one)
        self.record("iam UpdateKey", "POST", one, FriendlyName="bar")
        self.record("iam DeleteKey", "DELETE", one)

    def _consents(self) -> None:
        """One item that is taken, and one that is refused, as in the official example."""
        good = {
            "contact_id": "+15558675309",
            "correlation_id": "ad388b5a46b33b874b0d41f7226db2ef",
            "sender_id": self._world.numbers[0],
            "status": "opt-in",
            "source": "website",
        }
        bad = {**good, "contact_id": "+19", "date_of_consent": "2025-03-25"}
        items = [json.dumps(good), json.dumps(bad)]
        self.record(
            "accounts CreateBulkConsents", "POST", "/accounts/v1/Consents/Bulk", Items=items
        )

    def _applications(self) -> str:
        path = f"{self._account}/Applications"
        extra = {
            "FriendlyName": "app",
            "MessageStatusCallback": URL,
            "SmsStatusCallback": URL,
            "PublicApplicationConnectEnabled": "true",
        }
        made = self.record("api CreateApplication", "POST", f"{path}.json", **CALLBACKS, **extra)
        self.record("api DeleteApplication", "DELETE", f"{path}/{made['sid']}.json")
        made = self.record("api CreateApplication", "POST", f"{path}.json", **CALLBACKS, **extra)
        self.record("api ListApplication", "GET", f"{path}.json")
        one = f"{path}/{made['sid']}.json"
        self.record("api FetchApplication", "GET", one)
        self.record("api UpdateApplication", "POST", one, FriendlyName="other")
        return str(made["sid"])

    def _numbers(self, application: str) -> None:
        path = f"{self._account}/IncomingPhoneNumbers"
        settings = {
            **CALLBACKS,
            "SmsApplicationSid": application,
            "VoiceApplicationSid": application,
        }
        # The examples of purchases show every setting, those of lists and fetches none.
        self.record("api ListIncomingPhoneNumber", "GET", f"{path}.json", PageSize=1)
        self.record("api ListIncomingPhoneNumberLocal", "GET", f"{path}/Local.json")
        self.record("api ListIncomingPhoneNumberTollFree", "GET", f"{path}/TollFree.json")
        self.record("api ListIncomingPhoneNumberMobile", "GET", f"{path}/Mobile.json")
        plain = self.answers["api ListIncomingPhoneNumberLocal"].body["incoming_phone_numbers"][0]
        self.record("api FetchIncomingPhoneNumber", "GET", f"{path}/{plain['sid']}.json")
        self.record("api UpdateIncomingPhoneNumber", "POST", f"{path}/{plain['sid']}.json")
        buy = "api CreateIncomingPhoneNumber"
        made = self.record(buy, "POST", f"{path}.json", AreaCode="628", **settings)
        self.record("api DeleteIncomingPhoneNumber", "DELETE", f"{path}/{made['sid']}.json")
        for kind, number in (("Local", "+16505550123"), ("TollFree", "+18775550123")):
            wanted = {"PhoneNumber": number, **settings}
            self.record(f"{buy}{kind}", "POST", f"{path}/{kind}.json", **wanted)

    def _available_numbers(self) -> None:
        path = f"{self._account}/AvailablePhoneNumbers"
        self.record("api ListAvailablePhoneNumberCountry", "GET", f"{path}.json")
        self.record("api FetchAvailablePhoneNumberCountry", "GET", f"{path}/US.json")
        for kind in ("Local", "TollFree"):
            operation = f"api ListAvailablePhoneNumber{kind}"
            self.record(operation, "GET", f"{path}/US/{kind}.json", PageSize=2)

    def _content(self) -> None:
        path = "/content/v1/Content"
        place = {"longitude": 104.9903, "latitude": 39.7392, "label": "Foo Bar Co"}
        types = {"twilio/text": {"body": "Foo Bar Co is here"}, "twilio/location": place}
        wanted = {"language": "en", "types": types, "variables": {"name": "foo"}}
        for _ in range(2):  # so that a list has a second page
            made = self.record_json("content CreateContent", "POST", path, **wanted)
        one = f"{path}/{made['sid']}"
        self.record("content FetchContent", "GET", one)
        self.record_json("content UpdateContent", "PUT", one, types=types)
        requests = f"{one}/ApprovalRequests"
        approval = {"name": "tree_fiddy", "category": "UTILITY"}
        create = "content CreateApprovalCreate"
        self.record_json(create, "POST", f"{requests}/whatsapp", **approval)
        self.record("content FetchApprovalFetch", "GET", requests)
        self.record("content ListContent", "GET", path, PageSize=1)
        both = "ContentAndApprovals"
        self.record(f"content List{both}", "GET", f"/content/v1/{both}", PageSize=1)
        self.record("content_v2 ListContent", "GET", "/content/v2/Content", PageSize=1)
        self.record(f"content_v2 List{both}", "GET", f"/content/v2/{both}", PageSize=1)
        self.record("content DeleteContent", "DELETE", one)

    def _short_codes(self) -> None:
        asked = {"phone_number": "99990", "country": "US"}
        sid = self._world.control("POST", "/numbers", asked)["sid"]
        path = f"{self._account}/SMS/ShortCodes"
        self.record("api ListShortCode", "GET", f"{path}.json", PageSize=1)
        self.record("api FetchShortCode", "GET", f"{path}/{sid}.json")
        self.record("api UpdateShortCode", "POST", f"{path}/{sid}.json", FriendlyName="votes")

    def _channel_senders(self) -> None:
        path, sender = "/messaging/v2/Channels/Senders", "whatsapp:+14155550109"
        create = "messaging_v2 CreateChannelsSender"
        made = self.record_json(create, "POST", path, sender_id=sender)
        one = f"{path}/{made['sid']}"
        self.record_json(
            "messaging_v2 UpdateChannelsSender",
            "POST",
            one,
            configuration={"verification_method": "sms"},
            webhook={"callback_url": URL, "callback_method": "POST"},
            profile={"name": "Example Business", "websites": [{"website": URL, "label": "x"}]},
        )
        phone = self._world.control(
            "POST", "/phones/whatsapp:+15558675309/messages", {"to": sender, "body": "hello"}
        )
        self.record(
            "messaging_v2 CreateTypingIndicator",
            "POST",
            "/messaging/v2/Indicators/Typing.json",
            channel="whatsapp",
            messageId=phone["sid"],
        )
        self.record_json(create, "POST", path, sender_id="whatsapp:+14155550108")
        every = {"Channel": "whatsapp", "PageSize": 1}
        self.record("messaging_v2 ListChannelsSender", "GET", path, **every)
        self.record("messaging_v2 DeleteChannelsSender", "DELETE", one)

    def _messages(self, picture: str) -> None:
        path = f"{self._account}/Messages"
        wanted = {"To": PHONE, "From": SENDER, "Body": "Hello! 👍"}
        made = self.record("api CreateMessage", "POST", f"{path}.json", **wanted, MediaUrl=picture)
        settle(self._world)
        one = f"{path}/{made['sid']}"
        media = self.record("api ListMedia", "GET", f"{one}/Media.json")["media_list"][0]
        self.record("api FetchMedia", "GET", f"{one}/Media/{media['sid']}.json")
        self.record("api DeleteMedia", "DELETE", f"{one}/Media/{media['sid']}.json")
        self.record("api CreateMessage", "POST", f"{path}.json", **wanted)
        settle(self._world)
        self.record("api ListMessage", "GET", f"{path}.json", PageSize=1)
        self.record("api FetchMessage", "GET", f"{one}.json")
        feedback = "api CreateMessageFeedback"
        self.record(feedback, "POST", f"{one}/Feedback.json", Outcome="confirmed")
        self.record("api UpdateMessage", "POST", f"{one}.json", Body="")
        self.record("api DeleteMessage", "DELETE", f"{one}.json")

    def _alerts(self, broken: str) -> None:
        wanted = {"To": PHONE, "From": SENDER, "Body": "Hello!", "StatusCallback": broken}
        self.record("api CreateMessage", "POST", f"{self._account}/Messages.json", **wanted)
        settle(self._world)
        alerts = self.record("monitor ListAlert", "GET", "/monitor/v1/Alerts", PageSize=1)
        sid = alerts["alerts"][0]["sid"]
        self.record("monitor FetchAlert", "GET", f"/monitor/v1/Alerts/{sid}")
        path = f"{self._account}/Notifications"
        self.record("api ListNotification", "GET", f"{path}.json", PageSize=1)
        self.record("api FetchNotification", "GET", f"{path}/{sid}.json")


@contextmanager
def recorded(world: World) -> Iterator[dict[str, Recorded]]:
    """The answers of every operation in a world that nothing else uses."""
    recorder = Recorder(world)
    try:
        recorder.all()
        yield recorder.answers
    finally:
        recorder.close()
