import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.unit.rest.asgi_driver import Driver, basic
from tests.unit.rest.notes_api import NOTE, NOTES, PARENT, TOKEN, Accounts, Service, notes
from trunkline.rest import catalogue
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import Call, bound_operations, operation
from trunkline.rest.parameters import NoParameters
from trunkline.sids import SidFactory


async def test_a_note_is_created_read_listed_and_deleted():
    service = Service()
    client = service.client()
    created = await client.post(notes(), {"Text": "grüße", "Tag": ["a", "b"], "Unknown": "x"})
    assert created.status == 201
    assert created.headers["content-type"] == "application/json"
    assert created.json() == {
        "sid": f"NO{10:032x}",
        "account_sid": PARENT,
        "text": "grüße",
        "pinned": False,
        "author": None,
        "from": None,
        "subresource_uris": {},
    }
    call, asked = service.notes.calls[0]
    assert (asked.text, asked.tags) == ("grüße", ("a", "b"))
    assert call.form["Unknown"] == ["x"]
    assert call.resource == notes()
    assert call.path == {}

    assert (await client.get(notes(PARENT, f"/{NOTE}.json"))).json()["sid"] == NOTE
    assert (await client.get(notes())).status == 200
    deleted = await client.delete(notes(PARENT, f"/{NOTE}.json"))
    assert (deleted.status, deleted.body) == (204, b"")
    assert "content-type" not in deleted.headers
    assert "content-length" not in deleted.headers


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", notes(), 200),
        ("POST", notes(), 400),
        ("GET", "/nowhere", 404),
        ("BREW", notes(), 405),
        ("OPTIONS", notes(), 204),
        ("DELETE", notes(PARENT, f"/{NOTE}.json"), 204),
    ],
)
async def test_every_answer_has_twilios_headers(method, target, status):
    answer = await Service().client().request(method, target)
    assert answer.status == status
    headers = answer.headers
    assert re.fullmatch(r"RQ[0-9a-f]{32}", headers["twilio-request-id"])
    assert re.fullmatch(r"\d+\.\d{3}", headers["twilio-request-duration"])
    assert headers["twilio-concurrent-requests"] == "1"
    assert headers["x-home-region"] == "us1"
    assert headers["x-api-domain"] == "api.twilio.com"
    assert headers["x-powered-by"] == "AT-5000"
    assert headers["x-shenanigans"] == "none"
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-expose-headers"] == "ETag"
    if status != 204:
        assert headers["content-length"] == str(len(answer.body))


async def test_a_product_names_its_own_domain():
    answer = await Service().client().get("/messaging/v1/Diaries")
    assert answer.headers["x-api-domain"] == "messaging.twilio.com"


async def test_head_is_get_without_the_body():
    client = Service().client()
    got = await client.get(notes(PARENT, f"/{NOTE}.json"))
    head = await client.request("HEAD", notes(PARENT, f"/{NOTE}.json"))
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_options_tells_the_methods_without_credentials():
    client = Service().anonymous()
    answer = await client.request("OPTIONS", notes())
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert (await client.request("OPTIONS", "/nowhere")).status == 404


async def test_another_method_is_refused():
    answer = await Service().client().request("PUT", notes())
    assert (answer.status, answer.json()["code"]) == (405, 20004)
    assert answer.json()["message"] == "Method not allowed"
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


async def test_a_path_that_is_not_there_is_told_in_json_without_its_query():
    answer = await Service().client().get(f"{notes(PARENT, f'/{NOTE}/Pages.json')}?a=b")
    path = notes(PARENT, f"/{NOTE}/Pages.json")
    assert answer.json() == {
        "code": 20404,
        "message": f"The requested resource {path} was not found",
        "more_info": "https://www.twilio.com/docs/errors/20404",
        "status": 404,
    }


async def test_a_list_without_pages_has_only_its_key_and_uri():
    target = f"/2010-04-01/Accounts/{PARENT}/Papers/US/Local.json"
    answer = await Service().client().get(f"{target}?AreaCode=510")
    assert set(answer.json()) == {"papers", "uri"}
    assert answer.json()["uri"] == target


async def test_bytes_are_not_sniffed():
    answer = await Service().client().get(notes(PARENT, f"/{NOTE}/Picture"))
    assert (answer.status, answer.body) == (200, b"\x89PNG")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_redirect_cannot_add_headers():
    answer = await Service().client().get(notes(PARENT, f"/{NOTE}/Picture.json"))
    assert (answer.status, answer.headers["location"]) == (307, "/elsewhere??Set-Cookie: a=b")
    assert answer.headers["content-length"] == "0"


async def test_the_form_alone_counts_for_a_post_and_the_query_for_the_others():
    service = Service()
    answer = await service.client().post(notes(PARENT, ".json?Text=query"), {"Tag": "a"})
    assert answer.json()["code"] == 21602
    await service.client().post(notes(PARENT, ".json?Text=query"), {"Text": "form"})
    assert service.notes.calls[0][1].text == "form"
    await service.client().get(f"{notes()}?To=a&To=b&DateSent>=2024-01-31")
    assert service.notes.calls[1][1].to == "b"
    assert service.notes.calls[1][1].date_after[0].isoformat() == "2024-01-31T00:00:00+00:00"


@pytest.mark.parametrize("query", ["%FF=a", "To=%00", "To=%ED%A0%80", "&".join(["a=b"] * 5000)])
async def test_a_query_that_cannot_be_read_is_refused(query):
    answer = await Service().client().get(f"{notes()}?{query}")
    assert (answer.status, answer.json()["code"]) == (400, 20001)


async def test_nothing_but_the_route_is_told_to_a_stranger():
    service = Service()
    answer = await service.anonymous().post(notes(), {"Text": "%00"})
    assert answer.status == 401
    answer = await service.anonymous().request("POST", notes(), body=b"a" * (10 << 20))
    assert answer.status == 401
    assert (await service.anonymous().get("/nowhere")).status == 404


async def test_a_server_that_gives_no_raw_path_will_do():
    service = Service()

    async def app(scope, receive, send):
        del scope["raw_path"]
        await service.app(scope, receive, send)

    assert (await Driver(app, service.client().auth).get(notes())).status == 200


async def test_only_http_is_spoken():
    with pytest.raises(ValueError, match="no websocket here"):
        await Service().app({"type": "websocket"}, None, None)


# --- what waits until the answer is out -----------------------------------------------------

Act = Callable[[Call], Awaitable[None]]


class Later:
    """Two operations that do as they are told, and what happens in its order."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.happened: list[str] = []
        self.app = TwilioApi(
            bound_operations(self),
            Accounts(),
            sids=SidFactory(lambda: 1_700_000_000_000),
            on_error=lambda *_: None,
        )

    @operation("CreateNote", "POST", NOTES)
    async def create_note(self, call: Call, _: NoParameters) -> None:
        """Write a note."""
        await self.act(call)

    @operation("ListNote", "GET", NOTES)
    async def list_note(self, call: Call, _: NoParameters) -> None:
        """Read notes."""
        await self.act(call)

    def note(self, what: str) -> Callable[[], None]:
        """Something to be called, which is remembered."""
        return lambda: self.happened.append(what)

    async def told_app(self, scope: Any, receive: Any, send: Any) -> None:
        """The application, as a server that remembers what it was given to send."""

        async def told(message: Any) -> None:
            await send(message)
            self.happened.append(message["type"])

        await self.app(scope, receive, told)

    def client(self) -> Driver:
        return Driver(self.told_app, basic(PARENT, TOKEN))


SENT = ["http.response.start", "http.response.body"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_what_waits_for_the_answer_happens_after_it(method):
    async def act(call):
        call.afterwards.add(later.note("first"))
        call.afterwards.add(later.note("second"))
        later.happened.append("done")

    later = Later(act)
    await later.client().request(method, notes())
    assert later.happened == ["done", *SENT, "first", "second"]


@pytest.mark.parametrize("error", [catalogue.BODY_REQUIRED(), ValueError("a defect")])
async def test_what_waits_for_the_answer_happens_after_a_refusal_too(error):
    async def act(call):
        call.afterwards.add(later.note("after"))
        raise error

    later = Later(act)
    answer = await later.client().post(notes())
    assert answer.status >= 400
    assert later.happened == [*SENT, "after"]


async def test_what_waits_for_the_answer_happens_though_it_cannot_be_sent():
    async def act(call):
        call.afterwards.add(later.note("after"))

    async def broken(scope, receive, _send):
        async def fail(_message):
            raise ConnectionResetError

        await later.app(scope, receive, fail)

    later = Later(act)
    with pytest.raises(ConnectionResetError):
        await Driver(broken, basic(PARENT, TOKEN)).post(notes())
    assert later.happened == ["after"]


async def test_when_the_client_goes_away_nothing_waits_for_an_answer_any_more():
    started, gate = asyncio.Event(), asyncio.Event()

    async def act(call):
        call.afterwards.add(later.note("before it went"))
        started.set()
        await gate.wait()
        later.happened.append("goes on")
        call.afterwards.add(later.note("after it went"))
        later.happened.append("done")

    later = Later(act)
    request = later.client().start("POST", notes())
    await started.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert later.happened == ["before it went"]
    gate.set()
    await later.app.finish()
    assert later.happened == ["before it went", "goes on", "after it went", "done"]


async def test_a_client_that_goes_away_before_it_has_asked_leaves_nothing():
    async def act(_call):
        raise AssertionError("nothing was asked")

    later = Later(act)
    await later.client().request("POST", notes(), body=[b"Text="], disconnect=True)
    assert later.happened == []


async def test_requests_at_the_same_time_do_not_wait_for_each_others_answers():
    gates = {"a": asyncio.Event(), "b": asyncio.Event()}

    async def act(call):
        name = call.query["Name"][0]
        call.afterwards.add(later.note(f"after {name}"))
        await gates[name].wait()

    later = Later(act)
    slow = later.client().start("GET", f"{notes()}?Name=a")
    quick = later.client().start("GET", f"{notes()}?Name=b")
    gates["b"].set()
    await quick
    assert later.happened == [*SENT, "after b"]
    gates["a"].set()
    await slow
    assert later.happened[3:] == [*SENT, "after a"]
