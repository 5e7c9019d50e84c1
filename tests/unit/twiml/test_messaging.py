"""Answers to messaging webhooks: hand-written ones, and those of twilio-python's builder."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import Message as OfficialMessage
from twilio.twiml.messaging_response import MessagingResponse

import trunkline.twiml
from trunkline.twiml import Message, MessagingDocument, Redirect, TwimlError, read_messaging

# What an XML document can carry. The builder writes a carriage return bare, and a parser has to
# read it as a new line (XML 1.0, 2.11), so it is left out.
XML_TEXT = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cs"], exclude_characters="\r\ufffe\uffff"
    ).filter(lambda char: char >= " " or char in "\t\n")
)
WORD = st.text("abcXYZäß漢👍&<>\"'", min_size=1)
PATH = st.text("abc/?=&%#~", max_size=20).map(lambda tail: "/a" + tail)
ADDRESS = st.one_of(PATH, PATH.map(lambda path: "https://user:pw@app.example:8443" + path))


def read(inner: str) -> MessagingDocument:
    return read_messaging(f"<Response>{inner}</Response>".encode(), "text/xml", 200)


def only_message(inner: str) -> Message:
    document = read(inner)
    assert document.warnings == ()
    (verb,) = document.verbs
    assert isinstance(verb, Message)
    return verb


def faults(inner: str) -> list[tuple[int, int | None]]:
    return [(warning.code, warning.line) for warning in read(inner).warnings]


def test_the_package_offers_what_its_users_need() -> None:
    assert sorted(trunkline.twiml.__all__) == [
        "MAX_DOCUMENT_BYTES",
        "Message",
        "MessagingDocument",
        "Redirect",
        "TwimlError",
        "TwimlWarning",
        "read_messaging",
    ]
    assert all(hasattr(trunkline.twiml, name) for name in trunkline.twiml.__all__)


def test_a_message_has_all_its_attributes() -> None:
    document = read(
        '\n<Message to="+15558675309" from="+15551234567" action="/sent" method="get" '
        'statusCallback="https://u:p@a.example/s?x=1#rc=2">'
        "<Body>Hi &amp; welcome</Body>\n<Media>https://a.example/1.png</Media>"
        "<Media> /2.png\n</Media></Message>\n<Redirect method='GET'>../next?a=1&amp;b=2</Redirect>"
    )
    assert document.warnings == ()
    assert document.verbs == (
        Message(
            body="Hi & welcome",
            media=("https://a.example/1.png", "/2.png"),
            to="+15558675309",
            from_="+15551234567",
            action="/sent",
            method="GET",
            status_callback="https://u:p@a.example/s?x=1#rc=2",
            line=2,
        ),
        Redirect(url="../next?a=1&b=2", method="GET", line=5),
    )


def test_what_is_not_said_has_its_default() -> None:
    message = only_message("<Message>Hi</Message>")
    assert message == Message(body="Hi", line=1)
    assert (message.to, message.from_, message.action, message.status_callback) == (None,) * 4
    assert (message.method, message.media) == ("POST", ())
    assert read("<Redirect>/a</Redirect>").verbs == (Redirect(url="/a", method="POST", line=1),)


def test_blank_attributes_count_as_absent() -> None:
    blank = "<Message to='' from=' ' action='' method='' statusCallback='\t'>Hi</Message>"
    assert only_message(blank) == Message(body="Hi", line=1)


def test_sms_is_another_name_for_message() -> None:
    assert only_message("<Sms to='+1555'>Hi</Sms>") == Message(body="Hi", to="+1555", line=1)


@pytest.mark.parametrize(
    ("inner", "body"),
    [
        ("Hi", "Hi"),
        ("\n  Hi there\n  ", "Hi there"),
        ("<Body>  Hi </Body>", "Hi"),
        ("\n <Body>Hi, </Body>\n <Body>you</Body>\n", "Hi, you"),
        ("<Body>one\n</Body><Body>two</Body>", "one\ntwo"),
        ("Hi<Body> there</Body>, you", "Hi there, you"),
        ("a<!-- b -->c<?d e?>f", "acf"),
        ("<![CDATA[<b>&amp;</b>]]> & more".replace(" & ", " &amp; "), "<b>&amp;</b> & more"),
        ("<Body><![CDATA[a]]><![CDATA[b]]></Body>", "ab"),
        ("line 1\r\nline 2&#13;&#10;", "line 1\nline 2"),
        ("\u00a0kept\u00a0", "\u00a0kept\u00a0"),
        ("&#x1F44D; caf&#233; &lt;3 &quot;&apos;&gt;", "👍 café <3 \"'>"),
        ("<![CDATA[<!DOCTYPE html>]]>", "<!DOCTYPE html>"),
    ],
)
def test_the_text_of_a_message(inner: str, body: str) -> None:
    assert only_message(f"<Message>{inner}</Message>").body == body


def test_media_alone_make_a_message() -> None:
    assert only_message("<Message><Media>/a.png</Media></Message>").media == ("/a.png",)


@pytest.mark.parametrize(
    "empty", ["<Message/>", "<Message> \n </Message>", "<Message><Body/></Message>", "<Sms></Sms>"]
)
def test_a_message_without_text_and_media_is_left_out(empty: str) -> None:
    document = read(f"{empty}<Message>next</Message>")
    assert [verb.body for verb in document.verbs if isinstance(verb, Message)] == ["next"]
    assert [warning.code for warning in document.warnings] == [14103]


def test_media_beyond_the_tenth_are_ignored_with_a_warning() -> None:
    document = read("<Message>" + "".join(f"<Media>/{n}</Media>" for n in range(12)) + "</Message>")
    (message,) = document.verbs
    assert isinstance(message, Message)
    assert message.media == tuple(f"/{n}" for n in range(10))
    assert [warning.code for warning in document.warnings] == [12200, 12200]


@pytest.mark.parametrize(
    "bad", ["ftp://a.example/x", "https://a.example/my cat.png", "http://:80/x", " "]
)
def test_media_that_are_no_url_are_ignored_with_a_warning(bad: str) -> None:
    document = read(f"<Message>Hi<Media>{bad}</Media></Message>")
    assert document.verbs == (Message(body="Hi", line=1),)
    assert [warning.code for warning in document.warnings] == [12200]


@pytest.mark.parametrize(
    ("attribute", "code"),
    [
        ("method='PUT'", 14104),
        ("statusCallback='ftp://a.example'", 14105),
        ("statusCallback='https://'", 14105),
        ("action='javascript:alert(1)'", 12200),
        ("Method='GET'", 12200),
        ("colour='red'", 12200),
    ],
)
def test_a_bad_attribute_is_warned_of_and_the_message_is_sent(attribute: str, code: int) -> None:
    document = read(f"\n\n<Message {attribute}>Hi</Message>")
    assert document.verbs == (Message(body="Hi", line=3),)
    assert [(warning.code, warning.line) for warning in document.warnings] == [(code, 3)]


def test_a_redirect_with_a_bad_method_is_a_post() -> None:
    document = read("<Redirect method='HEAD'>/a</Redirect>")
    assert document.verbs == (Redirect(url="/a", method="POST", line=1),)
    (warning,) = document.warnings
    assert warning.code == 13710
    assert warning.message == 'Line 1: "method" of <Redirect> must be GET or POST. POST is taken.'


def test_a_redirect_without_url_means_the_current_document() -> None:
    assert read("<Redirect/>").verbs == (Redirect(url="", line=1),)
    assert read("<Redirect>\n</Redirect>").verbs == (Redirect(url="", line=1),)


def test_a_redirect_that_cannot_be_followed_is_not_skipped() -> None:
    assert read("<Redirect>ftp://a b</Redirect>").verbs == (Redirect(url="ftp://a b", line=1),)


def test_verbs_after_a_redirect_stay_in_the_tree() -> None:
    verbs = read("<Redirect>/a</Redirect><Message>never</Message>").verbs
    assert [type(verb) for verb in verbs] == [Redirect, Message]


@pytest.mark.parametrize("verb", ["Say", "Dial", "message", "MESSAGE", "Foo", "x:Message"])
def test_a_verb_that_is_not_messaging_is_skipped(verb: str) -> None:
    document = read(f"\n<{verb} a='1'>text<Body>x</Body></{verb}><Message>Hi</Message>")
    assert [type(each) for each in document.verbs] == [Message]
    assert [(warning.code, warning.line) for warning in document.warnings] == [(14110, 2)]
    assert f"<{verb}>" in document.warnings[0].message


def test_a_name_that_is_right_but_for_its_case_is_pointed_out() -> None:
    document = read("<message>a</message><Message statuscallback='/s'>b<body>c</body></Message>")
    hints = [warning.message for warning in document.warnings]
    assert ["; Message may" in hints[0], "; statusCallback may" in hints[1]] == [True, True]
    assert "; Body may be meant (names are case-sensitive)" in hints[2]


def test_what_does_not_belong_is_ignored_with_a_warning() -> None:
    assert faults("Hello") == [(12200, 1)]
    assert faults("\n<Message>Hi <b>there</b></Message>") == [(12200, 2)]
    assert faults("<Message><Body x='1'>Hi</Body></Message>") == [(12200, 1)]
    assert faults("<Message><Body>Hi\n<i>x</i></Body></Message>") == [(12200, 2)]
    assert faults("<Redirect>/a<Body/></Redirect>") == [(12200, 1)]
    assert faults("<Message><Message>nested</Message>Hi</Message>") == [(12200, 1)]
    hi = read("<Message>Hi <b>bold</b>there</Message>").verbs
    assert hi == (Message(body="Hi there", line=1),)


def test_a_warning_never_quotes_a_text_or_a_url() -> None:
    document = read(
        "secret<Message statusCallback='ftp://u:secret@a'>Hi<Media>ftp://secret</Media>"
        "<Body>secret<b>secret</b></Body></Message>"
    )
    assert len(document.warnings) == 4
    assert not [warning for warning in document.warnings if "secret" in warning.message]


def test_a_document_with_thousands_of_faults_makes_few_warnings() -> None:
    document = read("<x/>" * 15_000 + "<Message>Hi</Message>")
    assert len(document.verbs) == 1
    assert len(document.warnings) == 21
    assert "14980 more" in document.warnings[-1].message


def test_an_empty_response_sends_nothing_and_is_fine() -> None:
    assert read("") == MessagingDocument()
    assert read_messaging(b"<Response/>", "text/xml", 200) == MessagingDocument()


@pytest.mark.parametrize("content_type", [None, "", "text/xml", "image/png"])
@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_answer_is_worth_a_warning_unless_it_is_204(
    body: bytes, content_type: str | None
) -> None:
    assert read_messaging(body, content_type, 204) == MessagingDocument()
    document = read_messaging(body, content_type, 200)
    assert document.verbs == ()
    assert [warning.code for warning in document.warnings] == [11770]


def test_a_plain_text_is_sent_back() -> None:
    document = read_messaging(b" <Hi> & bye\n", "text/plain; charset=utf-8", 200)
    assert document == MessagingDocument((Message(body="<Hi> & bye"),))


def test_a_plain_text_of_nothing_but_control_characters_is_empty() -> None:
    document = read_messaging(b"\0\x01", "text/plain", 200)
    assert document.verbs == ()
    assert [warning.code for warning in document.warnings] == [11770]


def test_errors_have_a_code_a_sentence_and_a_line() -> None:
    with pytest.raises(TwimlError) as raised:
        read_messaging(b"<Response>\n<Message>Tom & Ann</Message></Response>", "text/xml", 200)
    assert (raised.value.code, raised.value.line) == (12100, 2)
    assert "Line 2" in raised.value.message
    assert "&amp;" in raised.value.message
    assert str(raised.value).startswith("12100: ")


# The official builder


@given(body=XML_TEXT, to=WORD, sender=WORD, action=ADDRESS, callback=ADDRESS)
def test_every_message_of_the_official_builder_is_read_as_it_was_meant(
    body: str, to: str, sender: str, action: str, callback: str
) -> None:
    response = MessagingResponse()
    response.message(
        body, to=to, from_=sender, action=action, method="GET", status_callback=callback
    )
    document = read_messaging(response.to_xml().encode(), "application/xml", 200)
    trimmed = body.strip(" \t\n")
    expected = Message(
        body=trimmed,
        to=to,
        from_=sender,
        action=action,
        method="GET",
        status_callback=callback,
        line=1,
    )
    assert document.verbs == ((expected,) if trimmed else ())
    assert [warning.code for warning in document.warnings] == ([] if trimmed else [14103])


@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.just("message"), st.lists(WORD, min_size=1), st.lists(ADDRESS, max_size=10)
            ),
            st.tuples(st.just("redirect"), ADDRESS, st.sampled_from(["GET", "POST"])),
        ),
        max_size=8,
    )
)
def test_every_document_of_the_official_builder_keeps_its_verbs_in_order(
    plan: list[tuple[str, list[str] | str, list[str] | str]],
) -> None:
    response = MessagingResponse()
    expected: list[Message | Redirect] = []
    for kind, first, second in plan:
        if kind == "message":
            message = OfficialMessage()
            for body in first:
                message.body(body)
            for url in second:
                message.media(url)
            response.append(message)
            expected.append(Message(body="".join(first), media=tuple(second), line=1))
        else:
            response.redirect(first, method=second)
            expected.append(Redirect(url=str(first), method=str(second), line=1))
    document = read_messaging(str(response).encode(), "text/xml; charset=utf-8", 200)
    assert document == MessagingDocument(tuple(expected))


def test_free_elements_and_texts_of_the_official_builder() -> None:
    response = MessagingResponse()
    response.add_child("Say", "to a caller")
    message = response.message("Hi, ")
    message.body("you")
    message.append(" and me")
    document = read_messaging(response.to_xml().encode(), "text/xml", 200)
    assert document.verbs == (Message(body="Hi, you and me", line=1),)
    assert [warning.code for warning in document.warnings] == [14110]


# Bytes from strangers


CONTENT_TYPES = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "text/xml",
            "text/html",
            "text/plain",
            "text/xml; charset=utf-16",
            "text/plain;charset=gbk",
        ]
    ),
    st.text(),
)
FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "<Response>",
            "</Response>",
            "<Message>",
            "</Message>",
            "<Body>",
            "</Body>",
            "<Media>",
            "</Media>",
            "<Redirect",
            ' method="GET"',
            ">",
            "/>",
            "<Sms/>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            '<?xml version="1.0" encoding="',
            "latin-1",
            "utf-16",
            '"?>',
            '<!DOCTYPE a [<!ENTITY b "c">]>',
            "&b;",
            "&amp;",
            "&#0;",
            "&#xD800;",
            "\0",
            "\ufeff",
            "text",
            " ",
            "\n",
        ]
    )
).map("".join)


@given(
    body=st.one_of(
        st.binary(),
        FRAGMENTS.map(str.encode),
        FRAGMENTS.map(lambda text: text.encode("utf-16")),
        FRAGMENTS.map(lambda text: f"<Response>{text}</Response>".encode()),
    ),
    content_type=CONTENT_TYPES,
    status=st.sampled_from([200, 204]),
)
def test_any_bytes_are_read_or_refused_with_a_code(
    body: bytes, content_type: str | None, status: int
) -> None:
    try:
        document = read_messaging(body, content_type, status)
    except TwimlError as error:
        code, told = error.code, error.message
    else:
        code = None
        told = " ".join(warning.message for warning in document.warnings)
        told += "".join(verb.body for verb in document.verbs if isinstance(verb, Message))
    assert code in (None, 11200, 12100, 12101, 12102, 12300)
    assert "\0" not in told
    told.encode()  # no lone surrogate: a database refuses both
