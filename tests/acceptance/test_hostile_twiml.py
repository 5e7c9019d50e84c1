"""Documents that do what no document should. What can be sent of them is sent, the rest is an
alert; loops end; nobody speaks for somebody else."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.support.app_server import CustomerApp, Reply, customer_app, twiml
from tests.support.control import bodies, inbox, set_phone, settle, text_from
from tests.support.hostile_app import by_path, document, pieces
from tests.support.hostile_server import HostileServer, answer
from tests.support.platform import World
from tests.support.python_client import connect

PHONE = "+14155550123"
NUMBER = "+12065550100"
SECOND = "+14155550100"
LIMIT = 65_536
MOST_DOCUMENTS = 50
MOST_REPLIES = 10
MOST_IN_A_LOOP = 30


def codes(client: Client) -> list[int]:
    """The codes of the account's alerts, the oldest first."""
    return [int(alert.error_code or 0) for alert in client.monitor.v1.alerts.list()][::-1]


def configure(client: Client, url: str, number: str = NUMBER, **more: str) -> None:
    client.incoming_phone_numbers.list(phone_number=number)[0].update(sms_url=url, **more)


def reply(client: Client, platform: World, app: CustomerApp, given: Reply, **more: str) -> None:
    """Let a phone write to an app that answers `given`, and wait until nothing more follows."""
    configure(client, app.on("/sms", given), **more)
    text_from(platform, PHONE, NUMBER, "hello")
    settle(platform)


def replies(client: Client) -> list[MessageInstance]:
    """The messages that apps answered with, the oldest first."""
    return [m for m in reversed(client.messages.list()) if m.direction == "outbound-reply"]


def response(inner: str) -> Reply:
    return twiml(f"<Response>{inner}</Response>")


def in_words(text: str) -> Reply:
    """A document with one Message, and blanks to just the size that is allowed."""
    head, tail = f"<Response><Message>{text}</Message>", "</Response>"
    return twiml(head + " " * (LIMIT - len(head) - len(tail)) + tail)


BOMB = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
NOTHING_SAID = [
    pytest.param(
        twiml(
            f'<!DOCTYPE r [<!ENTITY b0 "boom">{BOMB}]><Response><Message>&b9;</Message></Response>'
        ),
        12100,
        id="a billion laughs",
    ),
    pytest.param(
        twiml(
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            "<Response><Message>&x;</Message></Response>"
        ),
        12100,
        id="an external entity",
    ),
    pytest.param(
        twiml('<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><Response/>'), 12100, id="a DTD"
    ),
    pytest.param(
        twiml(
            '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]><Response/>'
        ),
        12100,
        id="a parameter entity",
    ),
    pytest.param(twiml("<response><Message>a</Message></response>"), 12102, id="response"),
    pytest.param(
        twiml('<x:Response xmlns:x="u"><Message>a</Message></x:Response>'), 12102, id="x:Response"
    ),
    pytest.param(twiml("<html><body>Login</body></html>"), 12102, id="html"),
    pytest.param(twiml("<Message>a</Message>"), 12102, id="Message"),
    pytest.param(twiml("<Response/><Response/>"), 12100, id="two roots"),
    pytest.param(twiml(" <?xml version='1.0'?><Response/>"), 12100, id="a blank before"),
    pytest.param(twiml("just words"), 12100, id="words"),
    pytest.param(response("<Sms>a</Sms>" * 10_000), 11750, id="10,000 messages"),
    pytest.param(Reply(200, b"a" * (LIMIT + 1), "text/plain"), 11750, id="65,537 of plain text"),
    pytest.param(Reply(200, b" " * (LIMIT + 1), "text/xml"), 11750, id="65,537 blanks"),
    pytest.param(
        twiml(in_words("a").body.decode() + " "), 11750, id="65,537 of document"
    ),
    pytest.param(response("<a>" * 9_000 + "</a>" * 9_000), 12100, id="9,000 deep"),
    pytest.param(response(f"<a {'x' * 60_000}='1'/>"), None, id="an attribute of 60,000"),
    pytest.param(
        response("<a " + " ".join(f"a{n}=''" for n in range(6_000)) + "/>"),
        None,
        id="6,000 attributes",
    ),
    pytest.param(response("<Message>a&#0;b</Message>"), 12100, id="&#0;"),
    pytest.param(response("<Message>a&#xD800;b</Message>"), 12100, id="half a character"),
    pytest.param(response("<Message>a\0b</Message>"), 12100, id="NUL"),
    pytest.param(response("<Message>a\x1bb</Message>"), 12100, id="ESC"),
    pytest.param(
        Reply(200, b"<Response><Message>\xff\xfe</Message></Response>", "text/xml"),
        12100,
        id="not UTF-8",
    ),
    pytest.param(
        Reply(200, b"<Response><Message>\xed\xa0\x80</Message></Response>", "text/xml"),
        12100,
        id="a surrogate as UTF-8",
    ),
    pytest.param(
        Reply(200, b"+ADw-Response/+AD4-", "text/xml; charset=utf-7"), 12100, id="UTF-7"
    ),
    pytest.param(Reply(200, b"<Response/>", "text/xml; charset=zlib"), 12100, id="zlib"),
    pytest.param(Reply(200, b"<Response/>"), 11200, id="no Content-Type"),
    pytest.param(Reply(200, b"<Response/>", "image/png"), 12300, id="a picture"),
    pytest.param(Reply(200, b"<Response/>", "text/xml" + "x" * 7_000), 12300, id="a long type"),
    pytest.param(response(f"<Message>{'x' * 1_601}</Message>"), 21617, id="1,601 characters"),
    pytest.param(response("<Message>   \n </Message>"), 14103, id="blanks"),
    pytest.param(response('<Message to="x">a</Message>'), 14101, id="to a word"),
    pytest.param(response('<Message to="+1">a</Message>'), 14101, id="to +1"),
    pytest.param(response(f'<Message to="{NUMBER}">a</Message>'), 14101, id="to itself"),
    pytest.param(response(f'<Message to="{"9" * 60_000}">a</Message>'), 14101, id="60,000 digits"),
    pytest.param(response('<Message to="whatsapp:+14155550123">a</Message>'), 14101, id="WhatsApp"),
    pytest.param(response('<Message from="+19995550100">a</Message>'), 14102, id="from a stranger"),
    pytest.param(response('<Message from="Bank">a</Message>'), 14102, id="from a name"),
    pytest.param(response("<Redirect>file:///etc/passwd</Redirect>"), 11100, id="to a file"),
    pytest.param(response("<Redirect>http://127.0.0.1:0/</Redirect>"), 11100, id="to port 0"),
    pytest.param(response("<Redirect>//127.0.0.1:1/x</Redirect>"), 11205, id="to nobody"),
    pytest.param(response("<Redirect>http://[/</Redirect>"), 11100, id="to no host"),
    pytest.param(
        response("<Redirect>http://127.0.0.1:1/&#13;&#10;X-Evil:%201</Redirect>"),
        11205,  # line feeds in URLs are left out, as browsers do
        id="to a line feed",
    ),
    pytest.param(
        response(f"<Redirect>/{'x' * 60_000}</Redirect>"), 11100, id="to 60,000 characters"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "code"), NOTHING_SAID)
def test_a_document_that_sends_nothing(
    client: Client, platform: World, app: CustomerApp, given: Reply, code: int | None
) -> None:
    reply(client, platform, app, given)

    if code is not None:
        assert codes(client) == [code]
    assert bodies(platform, PHONE) == []
    assert [m.status for m in client.messages.list(from_=PHONE)] == ["received"]


SAID = [
    pytest.param(in_words("just 64 kB"), ["just 64 kB"], [], id="65,536"),
    pytest.param(
        response("<Sms>a</Sms>" * 5_000), ["a"] * MOST_REPLIES, [14109], id="5,000 messages"
    ),
    pytest.param(response(f"<Message>{'x' * 1_600}</Message>"), ["x" * 1_600], [], id="1,600"),
    pytest.param(
        response(f"<Message>{'👋' * 1_600}</Message>"), ["👋" * 1_600], [], id="1,600 hands"
    ),
    pytest.param(
        response('<Message statusCallback="file:///x">a</Message>'), ["a"], [14105], id="a callback"
    ),
    pytest.param(response('<Message action="gopher://x/">a</Message>'), ["a"], None, id="action"),
    pytest.param(response('<Message from="&#10;">a</Message>'), ["a"], None, id="from a line feed"),
    pytest.param(response('<Message method="DELETE">a</Message>'), ["a"], [14104], id="a method"),
    pytest.param(Reply(200, b"a\0b\x1bc", "text/plain"), ["abc"], [], id="plain with NUL"),
    pytest.param(Reply(200, b"caf\xe9", "text/plain"), ["café"], [], id="plain Latin-1"),
    pytest.param(
        response("<![CDATA[x]]><Message>a&lt;b&amp;</Message>"), ["a<b&"], [12200], id="CDATA"
    ),
    pytest.param(
        Reply(200, "<Response><Sms>ü</Sms></Response>".encode("utf-16"), "text/xml"),
        ["ü"],
        [],
        id="UTF-16",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said", "alerts"), SAID)
def test_what_can_be_sent_of_it_is(
    client: Client,
    platform: World,
    app: CustomerApp,
    given: Reply,
    said: list[str],
    alerts: list[int] | None,
) -> None:
    reply(client, platform, app, given)

    assert bodies(platform, PHONE) == said
    if alerts is not None:
        assert codes(client) == alerts


@pytest.mark.parametrize(
    "inner", ["<Say>x</Say>" * 4_000, "<Message to='x' nope='y'>a</Message>" * 1_500]
)
def test_a_thousand_faults_are_a_few_alerts(
    client: Client, platform: World, app: CustomerApp, inner: str
) -> None:
    reply(client, platform, app, response(inner))

    assert 1 <= len(codes(client)) <= 25


# Loops --------------------------------------------------------------------------------------------


def test_a_redirect_to_itself_ends(client: Client, platform: World, app: CustomerApp) -> None:
    reply(client, platform, app, response("<Message>hi</Message><Redirect/>"))

    # Ten replies are the most before the fifty documents are.
    assert len(app.asked) == MOST_REPLIES + 1
    assert bodies(platform, PHONE) == ["hi"] * MOST_REPLIES
    assert codes(client) == [14109]


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_redirects_for_ever_end_after_fifty_documents(
    client: Client, platform: World, app: CustomerApp, method: str
) -> None:
    app.on("/other", response(f'<Redirect method="{method}">/sms?a=1</Redirect>'))
    reply(client, platform, app, response(f'<Redirect method="{method}">/other</Redirect>'))

    assert len(app.asked) == MOST_DOCUMENTS
    assert max(len(asked.target) for asked in app.asked) < 1_000
    assert codes(client) == [14106]


def test_an_action_that_leads_to_itself_ends(
    client: Client, platform: World, app: CustomerApp
) -> None:
    reply(client, platform, app, response('<Message action="/sms">hi</Message>'))

    assert bodies(platform, PHONE) == ["hi"] * MOST_REPLIES
    assert len(app.asked) == MOST_REPLIES + 1
    assert codes(client) == [14109]


def test_a_fallback_is_asked_once_in_a_session(
    client: Client, platform: World, app: CustomerApp
) -> None:
    url = app.on("/fallback", response("<Redirect>/sms</Redirect>"))
    reply(client, platform, app, Reply(500), sms_fallback_url=url)

    assert [asked.path for asked in app.asked] == ["/sms", "/fallback", "/sms"]
    assert codes(client) == [11200, 11200]


def test_two_apps_that_answer_each_other_end(
    client: Client, platform: World, app: CustomerApp
) -> None:
    configure(client, app.on("/first", response("<Message>ping</Message>")))
    configure(client, app.on("/second", response("<Message>pong</Message>")), SECOND)

    client.messages.create(to=SECOND, from_=NUMBER, body="hello")
    settle(platform)

    made = replies(client)
    assert [m.status for m in made].count("delivered") == MOST_IN_A_LOOP
    failed = [(m.status, m.error_code) for m in made if m.status != "delivered"]
    assert failed == [("failed", 30039)]
    assert 14107 in codes(client)


def test_apps_that_answer_tenfold_end_too(
    client: Client, platform: World, app: CustomerApp
) -> None:
    url = app.on("/loop", response("<Message>and again</Message>" * 10))
    configure(client, url)
    configure(client, url, SECOND)

    client.messages.create(to=SECOND, from_=NUMBER, body="hello")
    settle(platform)

    made = replies(client)
    assert [m.status for m in made].count("delivered") == MOST_IN_A_LOOP
    assert len(made) <= 10 * (MOST_IN_A_LOOP + 1)
    assert {m.error_code for m in made} == {None, 30039}


def test_a_phone_that_always_answers_and_an_app_that_does_end(
    client: Client, platform: World, app: CustomerApp
) -> None:
    set_phone(platform, PHONE, auto_reply="and you?")
    reply(client, platform, app, response("<Message>fine</Message>"))

    assert bodies(platform, PHONE) == ["fine"] * MOST_IN_A_LOOP
    assert [m.error_code for m in replies(client)][MOST_IN_A_LOOP:] == [30039]


# Speaking for somebody else -----------------------------------------------------------------------


def test_another_accounts_number_cannot_send(
    client: Client, platform: World, app: CustomerApp
) -> None:
    other = client.api.v2010.accounts.create(friendly_name="other")
    theirs = connect(platform, other.sid, other.auth_token).incoming_phone_numbers.create(
        area_code="628"
    )
    reply(client, platform, app, response(f'<Message from="{theirs.phone_number}">a</Message>'))

    assert codes(client) == [14102]
    assert replies(client) == []
    assert connect(platform, other.sid, other.auth_token).messages.list() == []
    assert bodies(platform, PHONE) == []


def test_a_reply_to_another_account_comes_in_there_as_from_anybody(
    client: Client, platform: World, app: CustomerApp
) -> None:
    """In Twilio accounts can write to each other too; neither sees the other's copy."""
    other = client.api.v2010.accounts.create(friendly_name="other")
    stranger = connect(platform, other.sid, other.auth_token)
    with customer_app(other.auth_token) as theirs:
        number = stranger.incoming_phone_numbers.create(area_code="628", sms_url=theirs.url("/in"))
        inner = f'<Message to="{number.phone_number}">a</Message>'
        reply(client, platform, app, response(inner))

        [asked] = theirs.asked
        assert (asked["AccountSid"], asked["From"], asked.signed) == (other.sid, NUMBER, True)
    [sent] = replies(client)
    assert sent.to == number.phone_number
    [received] = stranger.messages.list()
    assert (received.direction, received.from_, received.body) == ("inbound", NUMBER, "a")
    assert received.sid not in [m.sid for m in client.messages.list()]


def test_worlds_do_not_reach_each_other(
    client: Client, platform: World, running: World, app: CustomerApp
) -> None:
    """Every world has the same first numbers: a reply to one of them stays in its world."""
    before = len(connect(running).messages.list())
    reply(client, platform, app, response(f'<Message to="{SECOND}">stay</Message>'))

    assert [m.body for m in client.messages.list(to=SECOND)] == ["stay", "stay"]
    assert len(connect(running).messages.list()) == before


# Media --------------------------------------------------------------------------------------------

MEDIA: list[Any] = [
    ("/missing", 11200),
    ("/huge", 30019),
    ("/loop", 11200),
    ("/file", 11200),
    ("/cut-off", 11200),
    ("/untyped", 12300),
    ("/reset", 11200),
    ("/garbage", 11200),
    ("/gzip", 11200),
]


@pytest.mark.parametrize(("path", "code"), MEDIA, ids=[path for path, _ in MEDIA])
def test_media_that_cannot_be_had(
    client: Client,
    platform: World,
    app: CustomerApp,
    hostile: HostileServer,
    path: str,
    code: int,
) -> None:
    hostile.says(
        by_path(
            missing=answer("404 Not Found"),
            huge=document(b"x" * 6_000_000, kind="image/png"),
            loop=answer("302 Found", headers=[("Location", "/loop")]),
            file=answer("302 Found", headers=[("Location", "file:///etc/passwd")]),
            cut_off=pieces(
                b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 99\r\n\r\nx"
            ),
            untyped=pieces(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"),
            reset=pieces(then="reset"),
            garbage=pieces(b"\0\1\2" * 100),
            gzip=document(b"x", ("Content-Encoding", "gzip"), kind="image/png"),
        )
    )
    inner = f"<Message><Body>look</Body><Media>{hostile.url(path)}</Media></Message>"
    reply(client, platform, app, response(inner))

    [sent] = replies(client)
    assert (sent.status, sent.error_code) == ("failed", code)
    assert inbox(platform, PHONE) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://127.0.0.1:0/"])
def test_media_that_are_no_place_of_the_web_are_left_out(
    client: Client, platform: World, app: CustomerApp, url: str
) -> None:
    reply(client, platform, app, response(f"<Message>look<Media>{url}</Media></Message>"))

    assert [(m.body, m.num_media, m.status) for m in replies(client)] == [
        ("look", "0", "delivered")
    ]
    assert codes(client) == [12200]
