from typing import Any

import pytest

from trunkline.messaging.content.model import Template, most_complex
from trunkline.messaging.content.render import Button, Rendered, render
from trunkline.rest.errors import ApiError

TEXT = {"body": "Hi {{1}}"}
MEDIA = {"body": "See {{1}}", "media": ["https://a.example/{{2}}", "https://b.example/b.png"]}
QUICK = {"body": "Ready, {{1}}?", "actions": [{"title": "Yes", "id": "y"}, {"title": "Not {{1}}"}]}
CALL = {
    "body": "Order {{1}}",
    "actions": [
        {"type": "URL", "title": "Track", "url": "https://a.example/{{2}}"},
        {"type": "PHONE_NUMBER", "title": "Call", "phone": "+15551234567"},
        {"type": "COPY_CODE", "code": "SAVE{{1}}"},
        {"type": "VOICE_CALL", "title": "Talk"},
    ],
}
CARD = {"title": "A card"}


def template(**types: Any) -> Template:
    named = {f"twilio/{name.replace('_', '-')}": fields for name, fields in types.items()}
    return Template(
        sid="HX" + "1" * 32,
        account_sid="AC" + "1" * 32,
        variables={"1": "Ann", "2": "a.png"},
        types=named,
    )


def refusal(found: Template, *arguments: Any, **options: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        render(found, *arguments, **options)
    return caught.value


def test_a_text() -> None:
    assert render(template(text=TEXT), {}) == Rendered("Hi Ann")
    assert render(template(text=TEXT), {"1": "Bob", "9": "not asked for"}).body == "Hi Bob"


def test_media() -> None:
    rendered = render(template(media=MEDIA), {"2": "x.gif"})
    assert rendered.body == "See Ann"
    assert rendered.media_urls == ("https://a.example/x.gif", "https://b.example/b.png")
    alone = render(template(media={"media": ["https://a.example/{{2}}"]}), {})
    assert (alone.body, alone.media_urls) == ("", ("https://a.example/a.png",))


def test_replies_are_numbered_lines_on_sms() -> None:
    rendered = render(template(quick_reply=QUICK), {})
    assert rendered.body == "Ready, Ann?\n1. Yes\n2. Not Ann"
    assert rendered.buttons == ()


def test_calls_to_action_are_lines_on_sms() -> None:
    assert render(template(call_to_action=CALL), {"1": "7"}).body == (
        "Order 7\nTrack: https://a.example/a.png\nCall: +15551234567\nSAVE7\nTalk"
    )


def test_buttons_stay_buttons_where_there_are_some() -> None:
    rendered = render(template(quick_reply=QUICK), {}, "whatsapp")
    assert rendered.body == "Ready, Ann?"
    assert rendered.buttons == (Button("QUICK_REPLY", "Yes"), Button("QUICK_REPLY", "Not Ann"))
    called = render(template(call_to_action=CALL), {}, "rcs").buttons
    assert called[0] == Button("URL", "Track", "https://a.example/a.png")
    assert called[2] == Button("COPY_CODE", "", "SAVEAnn")


@pytest.mark.parametrize(
    ("channel", "mms", "names", "taken"),
    [
        ("sms", True, ("text", "media", "quick_reply"), "twilio/media"),
        ("sms", False, ("text", "media", "quick_reply"), "twilio/text"),
        ("sms", False, ("media", "quick_reply"), "twilio/quick-reply"),
        ("sms", False, ("media",), "twilio/media"),  # the sender is refused, not the template
        ("sms", True, ("text", "quick_reply", "call_to_action", "card"), "twilio/text"),
        ("sms", True, ("quick_reply", "call_to_action"), "twilio/call-to-action"),
        ("whatsapp", True, ("text", "media", "quick_reply", "card"), "twilio/quick-reply"),
        ("rcs", True, ("text", "media", "card"), "twilio/media"),
    ],
)
def test_of_several_types_the_channel_s_own_is_taken(
    channel: str, mms: bool, names: tuple[str, ...], taken: str
) -> None:
    known = {
        "text": TEXT,
        "media": MEDIA,
        "quick_reply": QUICK,
        "call_to_action": CALL,
        "card": CARD,
    }
    found = template(**{name: known[name] for name in names})
    assert render(found, {}, channel, mms=mms).content_type == taken


def test_a_template_that_no_channel_here_can_show_is_refused() -> None:
    error = refusal(template(card=CARD, location={}), {}, "whatsapp")
    assert (error.code, error.status) == (63005, 400)
    assert error.message.endswith("twilio/card, twilio/location cannot be sent here")


def test_what_came_out_wrong_is_refused() -> None:
    assert refusal(template(text={"body": "Hi {{3}}"}), {}).code == 21656
    assert refusal(template(quick_reply=QUICK), {"1": ""}).code == 21656
    assert refusal(template(text={"body": "{{1}} {{1}}"}), {"1": "x" * 800}).code == 21617
    assert len(render(template(text={"body": "{{1}}{{1}}"}), {"1": "x" * 800}).body) == 1600
    assert refusal(template(media={"media": ["{{1}}"]}), {}).code == 21620


def test_the_most_complex_type() -> None:
    assert most_complex({"twilio/text": {}, "twilio/quick-reply": {}}) == "twilio/quick-reply"
    assert most_complex({"whatsapp/card": {}, "twilio/card": {}}) == "whatsapp/card"
