"""Apps that do what no app should: each gets the alert that says so, the fallback is asked, and
nobody else notices."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from twilio.rest import Client

from tests.support.app_server import CustomerApp, customer_app, twiml
from tests.support.control import bodies, make_world, settle, text_from
from tests.support.hostile_app import bomb, document, pieces
from tests.support.hostile_server import Answer, HostileServer, answer
from tests.support.inside import files_with, main_pid, memory
from tests.support.platform import World
from tests.support.python_client import connect

PHONE = "+14155550123"
NUMBER = "+12065550100"
SHORT = "#rt=200&tt=600"  # for those that would take for ever
LIMIT = 65_536
OK = b"HTTP/1.1 200 OK\r\n"
XML = OK + b"Content-Type: text/xml\r\n"
SECRET = "s3cr3tPassw0rd"


@pytest.fixture(scope="module")
def neighbour(running: World) -> Iterator[tuple[World, CustomerApp]]:
    """Somebody else, with an app that works."""
    world = make_world(running, "neighbour")
    with customer_app(world.auth_token) as app:
        yield world, app


@pytest.fixture(autouse=True)
def nobody_else_notices(neighbour: tuple[World, CustomerApp]) -> Iterator[None]:
    """After each test the callbacks of another world arrive, signed and in order."""
    yield
    world, app = neighbour
    url = app.url("/status")
    sent = connect(world).messages.create(to=PHONE, from_=NUMBER, body="hello", status_callback=url)
    settle(world)
    told = [a for a in app.asked_for("/status") if a["MessageSid"] == sent.sid]
    assert [(a["MessageStatus"], a.signed) for a in told] == [("sent", True), ("delivered", True)]


def codes(client: Client) -> list[int]:
    """The codes of the account's alerts, the oldest first."""
    return [int(alert.error_code or 0) for alert in client.monitor.v1.alerts.list()][::-1]


def call_back(client: Client, platform: World, url: str) -> None:
    """Send a message whose two callbacks go to `url`, and wait until they are done."""
    client.messages.create(to=PHONE, from_=NUMBER, body="hello", status_callback=url)
    settle(platform)


def write(client: Client, platform: World, url: str, body: str = "hello", **more: str) -> str:
    """Let a phone write to a number whose app is at `url`, and wait until that is done."""
    client.incoming_phone_numbers.list(phone_number=NUMBER)[0].update(sms_url=url, **more)
    sid = text_from(platform, PHONE, NUMBER, body)
    settle(platform)
    return sid


def line(text: str) -> bytes:
    return text.encode() + b"\r\n"


# What is answered, how patient to be, and the codes of the alerts: of a callback, whose body is of
# no matter, and of a document. None: all is well.
ANSWERS = [
    pytest.param(pieces(then="hang"), SHORT, 11200, 11200, id="never says anything"),
    pytest.param(pieces(b"HTTP/1.1 2", then="hang"), SHORT, 11200, 11200, id="stops in the head"),
    pytest.param(
        pieces(XML, b"Content-Length: 9\r\n\r\n<Res", then="hang"),
        SHORT,
        None,
        11200,
        id="stops in the body",
    ),
    pytest.param(pieces(), "", 11205, 11205, id="closes at once"),
    pytest.param(pieces(then="reset"), "", 11205, 11205, id="resets at once"),
    pytest.param(pieces(OK), "", 11200, 11200, id="closes in the head"),
    pytest.param(
        pieces(XML, b"Content-Length: 99\r\n\r\n<Response>"), "", None, 11200, id="closes in body"
    ),
    pytest.param(document(b"<Response>" * (1 << 20)), "", None, 11750, id="10 MB"),
    pytest.param(
        pieces(XML + b"\r\n", endless=b"<Response>" * 6_500), SHORT, None, 11750, id="endless"
    ),
    pytest.param(
        pieces(XML, b"Transfer-Encoding: chunked\r\n\r\n", endless=b"1\r\nx\r\n" * 4096),
        SHORT,
        None,
        11750,
        id="endless chunks",
    ),
    pytest.param(
        pieces(XML, b"Transfer-Encoding: chunked\r\n\r\n1;", endless=b"x=y;" * 4096),
        SHORT,
        None,
        11200,
        id="an endless chunk extension",
    ),
    pytest.param(
        pieces(XML, b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n"),
        "",
        None,
        11200,
        id="a chunk of more than there is",
    ),
    pytest.param(pieces(OK, endless=b"X: y\r\n" * 4096), SHORT, 11206, 11206, id="endless headers"),
    pytest.param(
        pieces(OK, b"X: ", endless=b"y" * 65_536), SHORT, 11206, 11206, id="an endless header"
    ),
    pytest.param(
        pieces(endless=b"HTTP/1.1 100 Continue\r\n\r\n"), SHORT, 11206, 11206, id="1xx for ever"
    ),
    pytest.param(
        pieces(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "",
        11206,
        11206,
        id="another protocol",
    ),
    pytest.param(pieces(b"SSH-2.0-OpenSSH_9.6\r\n"), "", 11206, 11206, id="no HTTP"),
    pytest.param(pieces(bytes(range(256)) * 64), "", 11206, 11206, id="bytes"),
    pytest.param(
        pieces(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), "", 11206, 11206, id="length -5"
    ),
    pytest.param(
        pieces(XML, b"Content-Length: 3\r\nContent-Length: 300\r\n\r\n<R>"),
        "",
        11206,
        11206,
        id="two lengths",
    ),
    pytest.param(
        document(bomb(64), ("Content-Encoding", "gzip")), "", None, 11750, id="a gzip bomb"
    ),
    pytest.param(
        document(gzip.compress(bomb(64)), ("Content-Encoding", "gzip, gzip")),
        "",
        None,
        11200,
        id="a bomb in a bomb",
    ),
    pytest.param(
        document("<Response/>", ("Content-Encoding", "gzip")), "", None, 11200, id="not gzip"
    ),
    pytest.param(
        document("<Response/>", ("Content-Encoding", "br")), "", None, 11200, id="unknown encoding"
    ),
    pytest.param(
        document(gzip.compress(b"<Response/>")[:-9], ("Content-Encoding", "gzip")),
        "",
        None,
        11200,
        id="half a gzip",
    ),
    pytest.param(answer("302 Found", headers=[("Location", "")]), "", None, 11206, id="to nowhere"),
    *(
        pytest.param(answer("302 Found", headers=[("Location", to)]), "", code, code, id=to[:30])
        for to, code in (
            ("/hook", 11215),
            ("?again", 11215),
            ("file:///etc/passwd", 11100),
            ("gopher://127.0.0.1/", 11100),
            ("javascript:alert(1)", 11100),
            ("http://", 11100),
            ("http://[::1", 11100),
            ("http://127.0.0.1:0/", 11100),
            ("http://nothing.invalid/", 11210),
            ("http://127.0.0.1:1/", 11205),
            ("//127.0.0.1:1/", 11205),
            ("http://a\\@127.0.0.1:1/", 11100),
            ("http://x" + "y" * 5000, 11100),
        )
    ),
]


@pytest.mark.parametrize(("given", "overrides", "callback", "inbound"), ANSWERS)
def test_what_no_app_should_answer(
    client: Client,
    platform: World,
    app: CustomerApp,
    hostile: HostileServer,
    given: Answer,
    overrides: str,
    callback: int | None,
    inbound: int | None,
) -> None:
    hostile.says(given)
    url = hostile.url("/hook" + overrides)

    call_back(client, platform, url)

    assert codes(client) == [code for code in (callback, callback) if code]
    app.on("/fallback", twiml("<Response><Message>sorry</Message></Response>"))

    write(client, platform, url, sms_fallback_url=app.url("/fallback"))

    assert codes(client)[2 if callback else 0 :] == [code for code in (inbound,) if code]
    assert [int(asked["ErrorCode"]) for asked in app.asked] == [inbound]
    assert [asked["ErrorUrl"] for asked in app.asked] == [hostile.url("/hook")]
    assert bodies(platform, PHONE) == ["hello", "sorry"]


FINE = [
    pytest.param(
        pieces(b"HTTP/1.0 200 Fine\r\nContent-Type: text/xml\r\n\r\n<Response/>"), id="HTTP/1.0"
    ),
    pytest.param(
        pieces(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", XML,
            b"Content-Length: 11\r\n\r\n<Response/>", then="keep",
        ),
        id="100 and 103 before it",
    ),
    pytest.param(
        pieces(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", then="keep"),
        id="204 with a body",
    ),
    pytest.param(
        pieces(XML, b"Content-Length: 11\r\n\r\n<Response/>HTTP/1.1 500 No\r\n\r\n", then="keep"),
        id="more than one answer",
    ),
    pytest.param(document("<Response/>", *[("X-Large", "x" * 1000)] * 60), id="60 kB of headers"),
    pytest.param(
        document("<Response/>", *[("Set-Cookie", f"c{n}={'x' * 1000}") for n in range(100)]),
        id="100 kB of cookies",
    ),
    pytest.param(
        document("<Response/>", ("Set-Cookie", "a=b\x01\x7f"), ("X-Nul", "a\xff\xfeb")),
        id="odd bytes in headers",
    ),
]  # fmt: skip


@pytest.mark.parametrize("given", FINE)
def test_what_is_odd_and_still_an_answer(
    client: Client, platform: World, hostile: HostileServer, given: Answer
) -> None:
    hostile.says(given)

    call_back(client, platform, hostile.url())
    for _ in range(2):  # the second with whatever cookies the first one set
        write(client, platform, hostile.url())

    assert codes(client) == []


TARGETS = [
    ("http://nothing.invalid/", 11210),
    ("http://127.0.0.1:1/", 11205),
    ("http://bücher.invalid/", 11210),
    ("http://[::1]:1/", 11205),
    ("http://[fe80::1%25lo]/", 11100),
    ("http://0x7f.1:1/", 11205),
    ("http://127.0.0.1:0/", 11100),
    ("http://xn--\u0661.invalid/", 11100),
    ("http://" + "a" * 64 + ".invalid/", 11100),
    ("http://1.2.3.4.5/", 11100),
    ("https://127.0.0.1:1/", 11205),
    ("http://us%0Aer:pa%00ss@127.0.0.1:1/", 11100),
    ("http://user:p%40ss:w%2Frd@127.0.0.1:1/", 11205),
    ("http://127.0.0.1:1/" + "x" * 3_900, 11205),
]


@pytest.mark.parametrize(("url", "code"), TARGETS, ids=[url[:30] for url, _ in TARGETS])
def test_a_place_where_no_app_is(client: Client, platform: World, url: str, code: int) -> None:
    """It is refused when it is set (21609, 21402), or else fails with an alert."""
    before = codes(client)
    call_back(client, platform, url)
    write(client, platform, url)
    assert codes(client)[len(before) :] == [code] * 3


def test_a_url_of_four_thousand_characters(
    client: Client, platform: World, app: CustomerApp
) -> None:
    path = "/" + "x" * (4_000 - len(app.url("/")))
    write(client, platform, app.url(path), "👋" * 600, sms_method="GET")

    [asked] = app.asked
    assert (asked.path, asked["Body"], asked.signed) == (path, "👋" * 600, True)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_text_does_not_become_a_header(
    client: Client, platform: World, app: CustomerApp, method: str
) -> None:
    text = "hi\r\nX-Evil: 1\r\n\r\nGET /evil HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    write(client, platform, app.url("/sms"), text, sms_method=method)

    [asked] = app.asked
    assert (asked.method, asked.path, asked["Body"]) == (method, "/sms", text)
    assert asked.header("X-Evil") is None
    assert asked.signed


def test_a_cookie_does_not_become_a_header(
    client: Client, platform: World, hostile: HostileServer
) -> None:
    evil = document("<Response/>", ("Set-Cookie", "a=b\x0bX-Evil: 1\x00\xff; Path=/"))
    hostile.says(evil)
    write(client, platform, hostile.url())
    hostile.heard.clear()

    write(client, platform, hostile.url())

    [heard] = hostile.heard
    assert heard.header("X-Evil") is None
    assert b"\0" not in heard.head


def test_credentials_are_shown_nowhere(
    client: Client, platform: World, hostile: HostileServer, short_tmp: Path
) -> None:
    userinfo = f"//desk:{SECRET}@127.0.0.1"
    elsewhere = hostile.url("/hook").replace("//127.0.0.1", userinfo)
    told = []
    for given in (
        answer("500 No"),
        pieces(then="reset"),
        pieces(b"no HTTP\r\n"),
        document("<Response"),
        answer("302 Found", headers=[("Location", f"http:{userinfo}:1/?{'x' * 3_000}")]),
    ):
        hostile.says(given)
        call_back(client, platform, elsewhere)
        sid = write(client, platform, elsewhere + SHORT, sms_fallback_url=elsewhere)
        for shown in ("events", "explanation"):
            told.append(str(platform.control("GET", f"/messages/{sid}/{shown}")))
    listed = platform.control("GET", "/webhooks")["requests"]
    told += [str(platform.control("GET", f"/webhooks/{one['id']}")["tries"]) for one in listed]
    told.append(str(listed))
    for alert in client.monitor.v1.alerts.list():
        told.append(str(vars(alert)))
        told.append(str(client.api.v2010.account.notifications(alert.sid).fetch().request_url))

    assert [each for each in told if SECRET in each] == []
    assert files_with(short_tmp / "acceptance data", SECRET, platform.auth_token) == set()


def test_fifty_megabytes_leave_nothing_behind(
    client: Client, platform: World, hostile: HostileServer, short_tmp: Path
) -> None:
    pid = main_pid(short_tmp / "acceptance data")
    flood = document(b"<Response>" * (1 << 20))
    noise = pieces(OK, b"X: ", endless=b"y" * 65_536)
    zeros = document(bomb(50), ("Content-Encoding", "gzip"))

    def suffer(times: int) -> None:
        for given in (flood, noise, zeros) * times:
            hostile.says(given)
            call_back(client, platform, hostile.url(SHORT))
            write(client, platform, hostile.url(SHORT))

    suffer(1)
    before = memory(pid)
    suffer(5)
    assert memory(pid) - before < 30 << 20
