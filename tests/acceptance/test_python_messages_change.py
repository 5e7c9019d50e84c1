"""twilio-python fetches, redacts and deletes messages, and gives feedback on them."""

from collections.abc import Iterator

import pytest
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.support.control import advance, bodies, inbox, set_phone, settle, text_from
from tests.support.media_server import PNG, File, media_server
from tests.support.platform import World
from tests.support.python_client import connect, not_found, raw, refused

PHONE = "+15558675309"
SENDER = "+14155550100"
NOT_DELIVERED = (
    409,
    20009,
    "Cannot delete message because delivery has not been completed.",
)


@pytest.fixture
def delivered(client: Client, platform: World) -> MessageInstance:
    """A message that has arrived."""
    message = client.messages.create(to=PHONE, from_=SENDER, body="my secret")
    settle(platform)
    return message


@pytest.fixture
def unfinished(client: Client) -> Iterator[MessageInstance]:
    """A message that waits for its media, which does not come before the test has ended."""
    with media_server() as server:
        url = server.add("slow.png", File("image/png", PNG, held=True))
        yield client.messages.create(to=PHONE, from_=SENDER, body="wait", media_url=[url])


def missing(platform: World, sid: str) -> tuple[int, int, str]:
    """How a message that is not there is refused."""
    return not_found(f"{platform.account_sid}/Messages/{sid}")


def test_fetch(client: Client, platform: World, delivered: MessageInstance) -> None:
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Messages/{delivered.sid}"

    fetched = raw(client, "GET", f"{path}.json")

    assert fetched == {
        "account_sid": platform.account_sid,
        "api_version": "2010-04-01",
        "body": "my secret",
        "date_created": fetched["date_created"],
        "date_sent": fetched["date_sent"],
        "date_updated": fetched["date_updated"],
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": SENDER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": delivered.sid,
        "status": "delivered",
        "subresource_uris": {
            "media": f"{path}/Media.json",
            "feedback": f"{path}/Feedback.json",
        },
        "to": PHONE,
        "uri": f"{path}.json",
    }


def test_fetch_what_is_not_there(client: Client, platform: World) -> None:
    sid = "SM" + "0" * 32
    with refused(*missing(platform, sid)):
        client.messages(sid).fetch()


def test_a_sid_means_its_own_kind_only(
    client: Client, platform: World, delivered: MessageInstance
) -> None:
    """The digits of a message after another prefix name nothing."""
    for prefix in ("MM", "PN", "XX"):
        sid = prefix + str(delivered.sid)[2:]
        with refused(*missing(platform, sid)):
            client.messages(sid).fetch()
        with refused(*missing(platform, sid)):
            client.messages(sid).update(body="")
        with refused(*missing(platform, sid)):
            client.messages(sid).delete()
        with refused(*missing(platform, f"{sid}/Feedback")):
            client.messages(sid).feedback.create()
        with refused(*missing(platform, f"{sid}/Media")):
            client.messages(sid).media.list()
    assert client.messages(delivered.sid).fetch().body == "my secret"


def test_nobody_else_can_see_a_message(
    client: Client, platform: World, delivered: MessageInstance
) -> None:
    branch = client.api.accounts.create(friendly_name="branch")
    theirs = connect(platform, branch.sid, branch.auth_token).messages(delivered.sid)
    path = f"{branch.sid}/Messages/{delivered.sid}"

    with refused(*not_found(path)):
        theirs.fetch()
    with refused(*not_found(path)):
        theirs.update(body="")
    with refused(*not_found(path)):
        theirs.delete()
    with refused(*not_found(f"{path}/Feedback")):
        theirs.feedback.create(outcome="confirmed")
    assert client.messages(delivered.sid).fetch().body == "my secret"


def test_redact(client: Client, platform: World, delivered: MessageInstance) -> None:
    before = client.messages(delivered.sid).fetch()

    redacted = client.messages(delivered.sid).update(body="")

    assert redacted.body == ""
    kept = ("sid", "status", "to", "from_", "num_segments", "date_created", "date_sent")
    assert [getattr(redacted, name) for name in kept] == [getattr(before, name) for name in kept]
    assert client.messages(delivered.sid).fetch().body == ""
    assert client.messages.list()[0].body == ""
    assert bodies(platform, PHONE) == [""]


def test_redact_again(client: Client, delivered: MessageInstance) -> None:
    client.messages(delivered.sid).update(body="")

    assert client.messages(delivered.sid).update(body="").body == ""


def test_redact_a_received_message(client: Client, platform: World) -> None:
    sid = text_from(platform, PHONE, SENDER, "my secret")

    assert client.messages(sid).update(body="").body == ""
    assert client.messages(sid).fetch().status == "received"


def test_redact_what_is_not_finished(client: Client, unfinished: MessageInstance) -> None:
    with refused(*NOT_DELIVERED):
        client.messages(unfinished.sid).update(body="")
    assert client.messages(unfinished.sid).fetch().body == "wait"


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "another text"},
        {},
        {"body": "", "status": "canceled"},
        {"status": "delivered"},
        {"status": ""},
    ],
    ids=str,
)
def test_other_changes(client: Client, delivered: MessageInstance, changes: dict[str, str]) -> None:
    with refused(400, 30400, "Parameters are not valid"):
        client.messages(delivered.sid).update(**changes)
    assert client.messages(delivered.sid).fetch().body == "my secret"


def test_cancel_what_was_not_scheduled(client: Client, delivered: MessageInstance) -> None:
    with refused(409, 30409, "This message cannot be canceled"):
        client.messages(delivered.sid).update(status="canceled")
    assert client.messages(delivered.sid).fetch().status == "delivered"


def test_change_what_is_not_there(client: Client, platform: World) -> None:
    sid = "SM" + "0" * 32
    for changes in ({"body": ""}, {"status": "canceled"}):
        with refused(*missing(platform, sid)):
            client.messages(sid).update(**changes)


def test_delete(client: Client, platform: World, delivered: MessageInstance) -> None:
    assert client.messages(delivered.sid).delete() is True

    with refused(*missing(platform, str(delivered.sid))):
        client.messages(delivered.sid).fetch()
    assert client.messages.list() == []
    assert inbox(platform, PHONE) == []


def test_delete_twice(client: Client, platform: World, delivered: MessageInstance) -> None:
    client.messages(delivered.sid).delete()

    with refused(*missing(platform, str(delivered.sid))):
        client.messages(delivered.sid).delete()


def test_delete_what_is_not_finished(client: Client, unfinished: MessageInstance) -> None:
    with refused(*NOT_DELIVERED):
        client.messages(unfinished.sid).delete()
    assert client.messages(unfinished.sid).fetch().body == "wait"


def test_delete_a_message_that_is_still_on_its_way(client: Client, platform: World) -> None:
    """`sent` may be deleted, because no receipt may ever come; then it never arrives."""
    set_phone(platform, PHONE, deliver_after="1h")
    message = client.messages.create(to=PHONE, from_=SENDER, body="too late")
    settle(platform)
    assert client.messages(message.sid).fetch().status == "sent"

    assert client.messages(message.sid).delete() is True

    advance(platform, "2h")
    assert client.messages.list() == []
    assert inbox(platform, PHONE) == []


@pytest.mark.parametrize("outcome", ["confirmed", "unconfirmed"])
def test_feedback(client: Client, delivered: MessageInstance, outcome: str) -> None:
    feedback = client.messages(delivered.sid).feedback.create(outcome=outcome)

    assert feedback.outcome == outcome
    assert feedback.message_sid == delivered.sid
    assert feedback.account_sid == delivered.account_sid
    assert feedback.uri == (
        f"/2010-04-01/Accounts/{delivered.account_sid}/Messages/{delivered.sid}/Feedback.json"
    )


def test_feedback_is_confirmed_unless_it_says_otherwise(
    client: Client, delivered: MessageInstance
) -> None:
    assert client.messages(delivered.sid).feedback.create().outcome == "confirmed"


def test_feedback_can_be_corrected(
    client: Client, platform: World, delivered: MessageInstance
) -> None:
    first = client.messages(delivered.sid).feedback.create(outcome="unconfirmed")
    advance(platform, "1h")

    second = client.messages(delivered.sid).feedback.create(outcome="confirmed")

    assert second.outcome == "confirmed"
    assert second.date_created == first.date_created
    assert second.date_updated > first.date_updated


def test_feedback_of_another_kind(client: Client, delivered: MessageInstance) -> None:
    text = "Invalid parameter Outcome: not one of confirmed, unconfirmed"
    with refused(400, 20422, text):
        client.messages(delivered.sid).feedback.create(outcome="great")


def test_feedback_on_what_is_not_there(client: Client, platform: World) -> None:
    sid = "SM" + "0" * 32
    with refused(*missing(platform, f"{sid}/Feedback")):
        client.messages(sid).feedback.create(outcome="confirmed")
