"""STOP, START and HELP from a phone, and what twilio-python may send to it afterwards."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.support.control import (
    advance,
    bodies,
    inbox,
    set_phone,
    settle,
    text_from,
    timeline,
)
from tests.support.platform import World
from tests.support.python_client import connect, refusal, refused

PHONE, OTHER_PHONE = "+15558675309", "+15551234567"
LOCAL, SECOND_LOCAL = "+14155550100", "+12065550100"
TOLL_FREE = "+18005550100"
BLOCKED = (400, 21610, "Attempt to send to unsubscribed recipient")

STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this"
    " number. Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help."
    " Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
NETWORK_STOPPED = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number.'
    ' Text back "unstop" to receive messages again.'
)


def is_blocked(client: Client, to: str = PHONE, from_: str = LOCAL) -> bool:
    """Whether a message for the phone is refused with 21610; nothing else may refuse it."""
    try:
        client.messages.create(to=to, from_=from_, body="hello")
    except TwilioRestException as error:
        if refusal(error) != BLOCKED:
            raise
        return True
    return False


@pytest.mark.parametrize(
    "word", ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
def test_each_word_that_stops(client: Client, platform: World, word: str) -> None:
    text_from(platform, PHONE, LOCAL, word)

    assert bodies(platform, PHONE) == [STOPPED]
    assert is_blocked(client)


@pytest.mark.parametrize("written", ["stop", "Stop", "sToP", " STOP ", "stop.", "STOP!!", '"Stop"'])
def test_case_and_punctuation_do_not_matter(client: Client, platform: World, written: str) -> None:
    text_from(platform, PHONE, LOCAL, written)

    assert is_blocked(client)


@pytest.mark.parametrize(
    "written", ["stop please", "please stop", "don't stop", "stopping", "S T O P", "halt", ""]
)
def test_words_that_do_not_stop(client: Client, platform: World, written: str) -> None:
    text_from(platform, PHONE, LOCAL, written)

    assert bodies(platform, PHONE) == []
    assert not is_blocked(client)


def test_the_reply_is_no_message_of_the_account(client: Client, platform: World) -> None:
    sid = text_from(platform, PHONE, LOCAL, "STOP")

    (reply,) = inbox(platform, PHONE)
    assert (reply["kind"], reply["sid"]) == ("automatic_reply", None)
    assert (reply["from"], reply["to"]) == (LOCAL, PHONE)
    (listed,) = client.messages.list()
    assert (listed.sid, listed.body, listed.direction) == (sid, "STOP", "inbound")
    assert timeline(platform, sid) == ["message.receiving", "message.received"]


def test_a_refused_message_is_not_stored(client: Client, platform: World) -> None:
    text_from(platform, PHONE, LOCAL, "STOP")

    with refused(*BLOCKED):
        client.messages.create(to=PHONE, from_=LOCAL, body="one more thing")

    settle(platform)
    assert [message.body for message in client.messages.list()] == ["STOP"]
    assert bodies(platform, PHONE) == [STOPPED]


def test_only_the_pair_is_blocked(client: Client, platform: World) -> None:
    text_from(platform, PHONE, LOCAL, "STOP")

    assert is_blocked(client, PHONE, LOCAL)
    assert not is_blocked(client, PHONE, SECOND_LOCAL)
    assert not is_blocked(client, PHONE, TOLL_FREE)
    assert not is_blocked(client, OTHER_PHONE, LOCAL)


def test_only_the_world_of_the_phone_is_blocked(platform: World, running: World) -> None:
    text_from(running, "+15557770002", LOCAL, "STOP")

    assert not is_blocked(connect(platform), "+15557770002")
    assert is_blocked(connect(running), "+15557770002")


@pytest.mark.parametrize("word", ["START", "YES", "UNSTOP", "start", "Yes!"])
def test_each_word_that_resumes(client: Client, platform: World, word: str) -> None:
    text_from(platform, PHONE, LOCAL, "STOP")
    advance(platform, "1s")

    text_from(platform, PHONE, LOCAL, word)

    assert bodies(platform, PHONE) == [STOPPED, STARTED]
    assert not is_blocked(client)


@pytest.mark.parametrize("word", ["START", "YES", "UNSTOP"])
def test_resuming_without_having_stopped_is_an_ordinary_message(
    client: Client, platform: World, word: str
) -> None:
    text_from(platform, PHONE, LOCAL, word)

    assert bodies(platform, PHONE) == []
    assert [message.body for message in client.messages.list()] == [word]
    assert not is_blocked(client)


def test_resuming_concerns_the_pair_only(client: Client, platform: World) -> None:
    for number in (LOCAL, SECOND_LOCAL):
        text_from(platform, PHONE, number, "STOP")

    text_from(platform, PHONE, LOCAL, "START")

    assert not is_blocked(client, PHONE, LOCAL)
    assert is_blocked(client, PHONE, SECOND_LOCAL)


def test_stop_twice_and_start_once(client: Client, platform: World) -> None:
    text_from(platform, PHONE, LOCAL, "STOP")
    text_from(platform, PHONE, LOCAL, "CANCEL")
    assert is_blocked(client)

    text_from(platform, PHONE, LOCAL, "START")

    assert not is_blocked(client)


@pytest.mark.parametrize("word", ["HELP", "INFO", "help", "Info?"])
def test_help(client: Client, platform: World, word: str) -> None:
    text_from(platform, PHONE, LOCAL, word)

    assert bodies(platform, PHONE) == [HELPED]
    assert not is_blocked(client)


def test_what_a_toll_free_number_says_to_stop(client: Client, platform: World) -> None:
    text_from(platform, PHONE, TOLL_FREE, "stop")

    assert bodies(platform, PHONE) == [NETWORK_STOPPED]
    assert is_blocked(client, PHONE, TOLL_FREE)
    assert not is_blocked(client, PHONE, LOCAL)


@pytest.mark.parametrize("word", ["START", "UNSTOP"])
def test_what_a_toll_free_number_says_to_start(client: Client, platform: World, word: str) -> None:
    text_from(platform, PHONE, TOLL_FREE, "STOP")
    advance(platform, "1s")

    text_from(platform, PHONE, TOLL_FREE, word)

    assert bodies(platform, PHONE) == [
        NETWORK_STOPPED,
        f'NETWORK MSG: You have replied "{word.lower()}" and will begin receiving messages again'
        " from this number.",
    ]
    assert not is_blocked(client, PHONE, TOLL_FREE)


def test_yes_does_not_unblock_a_toll_free_number(client: Client, platform: World) -> None:
    text_from(platform, PHONE, TOLL_FREE, "STOP")

    text_from(platform, PHONE, TOLL_FREE, "YES")

    assert bodies(platform, PHONE) == [NETWORK_STOPPED]
    assert is_blocked(client, PHONE, TOLL_FREE)


@pytest.mark.parametrize(
    "word", ["STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]
)
def test_stop_alone_blocks_a_toll_free_number(client: Client, platform: World, word: str) -> None:
    text_from(platform, PHONE, TOLL_FREE, word)

    assert bodies(platform, PHONE) == []
    assert not is_blocked(client, PHONE, TOLL_FREE)


def test_a_phone_that_answers_stop(client: Client, platform: World) -> None:
    set_phone(platform, PHONE, auto_reply="STOP")

    client.messages.create(to=PHONE, from_=LOCAL, body="a special offer")
    settle(platform)

    assert sorted(bodies(platform, PHONE)) == [STOPPED, "a special offer"]
    assert is_blocked(client)


def test_who_stops_while_a_message_is_on_its_way_still_gets_it(
    client: Client, platform: World
) -> None:
    set_phone(platform, PHONE, deliver_after="1h")
    message = client.messages.create(to=PHONE, from_=LOCAL, body="already sent")
    settle(platform)

    text_from(platform, PHONE, LOCAL, "STOP")
    advance(platform, "1h")

    assert client.messages(message.sid).fetch().status == "delivered"


def test_a_parent_that_sends_for_a_subaccount_finds_the_same_opt_outs(
    client: Client, platform: World
) -> None:
    branch = client.api.accounts.create(friendly_name="branch")
    for_branch = client.api.accounts(branch.sid)
    number = for_branch.incoming_phone_numbers.create(area_code="628").phone_number
    text_from(platform, PHONE, str(number), "STOP")

    with refused(*BLOCKED):
        for_branch.messages.create(to=PHONE, from_=number, body="x")
    with refused(*BLOCKED):
        connect(platform, branch.sid, branch.auth_token).messages.create(
            to=PHONE, from_=number, body="x"
        )
    assert not is_blocked(client)


def test_reset_forgets_opt_outs(client: Client, platform: World) -> None:
    text_from(platform, PHONE, LOCAL, "STOP")

    platform.control("POST", "/reset", {})

    assert client.messages.list() == []
    assert not is_blocked(client)


def test_a_number_of_the_world_leaves_and_comes_back(client: Client, platform: World) -> None:
    for word, stays_away in (("STOP", True), ("START", False)):
        client.messages.create(to=SECOND_LOCAL, from_=LOCAL, body=word)
        settle(platform)
        assert is_blocked(client, to=LOCAL, from_=SECOND_LOCAL) is stays_away
