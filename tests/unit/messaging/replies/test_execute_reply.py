"""What a document makes of a conversation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.messaging.node import NUMBER, PHONE, Numbers, own_number
from trunkline.messaging.replies.execute_reply import MOST_COMPLAINTS, ExecuteReply, Execution
from trunkline.messaging.replies.reply_session import (
    MOST_DOCUMENTS,
    MOST_REPLIES,
    Conversation,
    NextDocument,
    Session,
)
from trunkline.twiml import Message, MessagingDocument, Redirect, TwimlWarning, read_messaging
from trunkline.webhooks.document_url import DocumentUrl

ACCOUNT = "a" * 32
OTHER_ACCOUNT = "b" * 32
SECOND, SILENT, PLAIN, FOREIGN = (f"+1415555010{n}" for n in range(1, 5))
STRANGER = "+12125550147"
URL = DocumentUrl.of("https://app.example/texts/sms", "https://app.example/texts/sms")


def numbers() -> Numbers:
    known = Numbers(own_number(ACCOUNT))
    known.others = [
        own_number(ACCOUNT, phone_number=SECOND),
        own_number(ACCOUNT, phone_number=SILENT, sms_capable=False),
        own_number(ACCOUNT, phone_number=PLAIN, mms_capable=False),
        own_number(OTHER_ACCOUNT, phone_number=FOREIGN),
    ]
    return known


def conversation(person: str = PHONE) -> Conversation:
    return Conversation(
        sid="SM" + "1" * 32, account_id=ACCOUNT, world_id="c" * 32, person=person, number=NUMBER
    )


def execute(
    *verbs: Message | Redirect, session: Session | None = None, person: str = PHONE, **more: Any
) -> Execution:
    document = MessagingDocument(tuple(verbs), more.pop("warnings", ()))
    run = ExecuteReply(numbers(), **more)
    return run(document, conversation(person), session or Session(), URL)


def message(body: str = "hello", **attributes: Any) -> Message:
    return Message(body=body, **attributes)


def codes(done: Execution) -> list[int]:
    return [complaint.code for complaint in done.complaints]


def test_a_reply_goes_back_to_who_wrote() -> None:
    done = execute(message("one"), message("two"))
    assert [(r.sender, r.recipient, r.body) for r in done.replies] == [
        (NUMBER, PHONE, "one"),
        (NUMBER, PHONE, "two"),
    ]
    assert done.next is None
    assert done.complaints == []


def test_to_and_from_can_be_others() -> None:
    done = execute(message(to="(212) 555-0147", from_=SECOND))
    (reply,) = done.replies
    assert (reply.sender, reply.recipient) == (SECOND, STRANGER)


def test_urls_count_from_the_document() -> None:
    done = execute(message(media=("cat.png", "/b"), status_callback="status", action="next"))
    (reply,) = done.replies
    assert reply.media == ("https://app.example/texts/cat.png", "https://app.example/b")
    assert reply.status_callback == "https://app.example/texts/status"
    assert reply.action == NextDocument("https://app.example/texts/next", "POST")


@pytest.mark.parametrize(
    ("verb", "code"),
    [
        (message(""), 14103),
        (message(" \n "), 14103),
        (message("x" * 1601), 21617),
        (message(to="nobody"), 14101),
        (message(to="12345"), 14101),
        (message(to="whatsapp:" + STRANGER), 14101),
        (message(to=NUMBER), 14101),
        (message(to=SECOND, from_=SECOND), 14101),
        (message(from_=STRANGER), 14102),
        (message(from_=FOREIGN), 14102),
        (message(from_="no sender at all"), 14102),
        (message(from_="ACME"), 14102),  # not towards +1
        (message(from_=PLAIN, media=("a.png",)), 14102),
        (message(from_=SILENT), 14108),
        (message(media=("ftp://app.example/a.png",)), 21620),
        (message(media=("a.png", "http://[::1")), 21620),
    ],
)
def test_what_cannot_be_sent_is_left_out_and_told(verb: Message, code: int) -> None:
    done = execute(verb, message("and this"))
    assert codes(done) == [code]
    assert [reply.body for reply in done.replies] == ["and this"]


def test_the_longest_text_and_a_picture_alone_are_sent() -> None:
    done = execute(message("x" * 1600), message("", media=("a.png",)))
    assert len(done.replies) == 2
    assert done.complaints == []


def test_nobody_can_answer_a_name() -> None:
    done = execute(message(), person="ACME")
    assert (done.replies, codes(done)) == ([], [14101])


def test_strict_asks_about_a_to_and_not_about_who_wrote() -> None:
    done = execute(message(), message(to=STRANGER), strict=lambda _: False)
    assert ([r.recipient for r in done.replies], codes(done)) == ([PHONE], [14101])


@pytest.mark.parametrize("callback", ["https://bad_name.example/", "http://[::1", "mailto:a@b.c"])
def test_a_bad_status_callback_is_none(callback: str) -> None:
    done = execute(message(status_callback=callback))
    assert codes(done) == [14105]
    assert [reply.status_callback for reply in done.replies] == [None]


def test_a_bad_action_is_none_and_the_document_goes_on() -> None:
    done = execute(message("one", action="http://[::1"), message("two"))
    assert codes(done) == [11100]
    assert [(reply.body, reply.action) for reply in done.replies] == [("one", None), ("two", None)]


def test_nothing_is_done_after_an_action() -> None:
    done = execute(message("one", action="next", method="GET"), message("two"), Redirect(url="x"))
    (reply,) = done.replies
    assert reply.action == NextDocument("https://app.example/texts/next", "GET")
    assert done.next is None


def test_an_action_of_what_is_not_sent_is_passed_over() -> None:
    done = execute(message("", action="next"), message("two"))
    assert [reply.body for reply in done.replies] == ["two"]


def test_nothing_is_done_after_a_redirect() -> None:
    done = execute(message("one"), Redirect(url="other?a=1", method="GET"), message("two"))
    assert [reply.body for reply in done.replies] == ["one"]
    assert done.next == NextDocument("https://app.example/texts/other?a=1", "GET")


def test_an_empty_redirect_asks_for_the_document_again() -> None:
    assert execute(Redirect()).next == NextDocument("https://app.example/texts/sms", "POST")


def test_a_redirect_that_leads_nowhere_is_requested_so_that_it_fails() -> None:
    assert execute(Redirect(url="http://[::1")).next == NextDocument("http://[::1", "POST")


def test_ten_replies_to_one_message_and_no_more() -> None:
    done = execute(*(message(f"{n}") for n in range(13)), Redirect(url="next"))
    assert [reply.body for reply in done.replies] == [f"{n}" for n in range(MOST_REPLIES)]
    assert (codes(done), done.next) == ([14109], None)


def test_the_replies_of_documents_before_count() -> None:
    done = execute(message("a"), message("b"), session=Session(documents=2, replies=9))
    assert ([reply.body for reply in done.replies], codes(done)) == (["a"], [14109])


@pytest.mark.parametrize("verb", [Redirect(url="next"), message("bye", action="next")])
def test_no_document_follows_the_fiftieth(verb: Message | Redirect) -> None:
    last = Session(documents=MOST_DOCUMENTS)
    done = execute(verb, message("two"), session=last)
    assert (done.next, codes(done)) == (None, [14106])
    assert [(r.body, r.action) for r in done.replies] in ([], [("bye", None)])
    assert codes(execute(verb, session=Session(documents=MOST_DOCUMENTS - 1))) == []


def test_warnings_of_the_document_are_passed_on() -> None:
    done = execute(warnings=(TwimlWarning(14110, "Line 2: <Say> is not known.", 2),))
    assert [(c.code, c.message, c.line) for c in done.complaints] == [
        (14110, "Line 2: <Say> is not known.", 2)
    ]


def test_a_bad_document_does_not_complain_without_end() -> None:
    many = tuple(TwimlWarning(12200, "odd", n) for n in range(20))
    done = execute(*(message("") for _ in range(50)), warnings=many)
    assert len(done.complaints) == MOST_COMPLAINTS
    done = execute(*(message() for _ in range(11)), warnings=many)
    assert codes(done)[-1] == 14109


def test_complaints_name_the_line_and_quote_nothing() -> None:
    secret = "s3cret"
    document = read_messaging(
        f'<Response><Message to="{secret}" from="{secret}">{secret}</Message>\n'
        f'<Message from="{secret}-x">{secret}</Message>\n'
        f"<Message>{secret * 400}</Message>\n"
        f'<Message statusCallback="http://{secret}_a.example/?{secret}">{secret}</Message>\n'
        f'<Message action="http://a_{secret}">{secret}</Message></Response>'.encode(),
        "text/xml",
        200,
    )
    done = ExecuteReply(numbers())(document, conversation(), Session(), URL)
    assert codes(done) == [14101, 14102, 21617, 14105]
    assert [c.line for c in done.complaints] == [1, 2, 3, 4]
    for complaint in done.complaints:
        assert complaint.message.startswith(f"Line {complaint.line}: ")
        assert secret not in complaint.message


# Any document -------------------------------------------------------------------------------------

words = st.sampled_from(["", "hello", "x" * 1601, "привет"])
urls = st.sampled_from(["", "next", "#rc=2", "http://[::1", "https://else.example/", "\u2028"])
addresses = st.none() | st.sampled_from([PHONE, NUMBER, SECOND, SILENT, "ACME", "", "12345"])
messages = st.builds(
    Message,
    body=words,
    media=st.lists(urls, max_size=12).map(tuple),
    to=addresses,
    from_=addresses,
    action=st.none() | urls,
    status_callback=st.none() | urls,
    line=st.none() | st.integers(1, 9),
)
verbs = st.lists(messages | st.builds(message) | st.builds(Redirect, url=urls), max_size=25)
places = st.builds(
    Session, documents=st.integers(1, MOST_DOCUMENTS), replies=st.integers(0, MOST_REPLIES)
)


@given(verbs, places)
def test_limits_hold_for_any_document(verbs: list[Message | Redirect], session: Session) -> None:
    done = execute(*verbs, session=session)

    assert session.replies + len(done.replies) <= MOST_REPLIES
    assert len(done.complaints) <= MOST_COMPLAINTS + 1
    assert all(reply.action is None for reply in done.replies[:-1])
    goes_on = done.next is not None or any(reply.action is not None for reply in done.replies)
    assert not (session.exhausted and goes_on)
    # Nothing of what stands behind the first Redirect is done.
    first = next((n for n, verb in enumerate(verbs) if isinstance(verb, Redirect)), len(verbs))
    assert execute(*verbs[: first + 1], session=session) == done
