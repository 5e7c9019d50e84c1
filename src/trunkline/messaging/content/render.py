"""What a template gives a message on a channel: a text, media, and on some channels buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from trunkline.messaging.content.model import Template
from trunkline.messaging.content.variables import substitute, value_finder
from trunkline.rest import catalogue
from trunkline.rest.parameters import is_url

__all__ = ["Rendered", "render"]

LONGEST_BODY = 1600  # characters
PLAIN = ("twilio/text", "twilio/media")
WITH_BUTTONS = ("twilio/call-to-action", "twilio/quick-reply")
SMS = "sms"
Substitute = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap: a reply, or a call to action. `target` is a URL, a number or a code."""

    type: str
    title: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a content template gives a message."""

    body: str
    media_urls: tuple[str, ...] = ()
    content_type: str = "twilio/text"
    buttons: tuple[Button, ...] = ()  # on SMS they are lines of the body instead


def render(
    template: Template, values: Mapping[str, str], channel: str = SMS, *, mms: bool = True
) -> Rendered:
    """`template` with `values` as a message on `channel` (`sms`, `whatsapp`, `rcs` …).

    Of several content types the most complex that the channel has is taken. SMS has text and,
    where `mms`, media; a template with neither is sent as the text of its buttons: a line for
    each, numbered where it is a reply. Errors: 63005 when nothing of the template can be sent,
    21656 for its variables, 21617 for a text that came out too long, 21620 for a media URL that
    came out as none.
    """
    name = _choice(template.types, channel, mms)

    value_of = value_finder(values, template.variables)

    def filled(text: str) -> str:
        return substitute(text, value_of)

    fields = template.types[name]
    body = filled(fields.get("body", ""))
    media = tuple(filled(url) for url in fields.get("media", ())) if name in PLAIN else ()
    for url in media:
        if not is_url(url, underscore=True):
            raise catalogue.INVALID_MEDIA_URL()
    buttons = _buttons(fields, filled) if name in WITH_BUTTONS else ()
    if channel == SMS and buttons:
        body = "\n".join([body, *(_line(at, one) for at, one in enumerate(buttons, start=1))])
        buttons = ()
    if len(body) > LONGEST_BODY:
        raise catalogue.BODY_TOO_LONG()
    return Rendered(body, media, name, buttons)


def _choice(types: Mapping[str, Any], channel: str, mms: bool) -> str:
    if channel != SMS:
        order: tuple[str, ...] = (*reversed(WITH_BUTTONS), *reversed(PLAIN))
    elif mms:
        order = (*reversed(PLAIN), *WITH_BUTTONS)
    else:
        order = ("twilio/text", *WITH_BUTTONS, "twilio/media")
    for name in order:
        if name in types:
            return name
    raise catalogue.CONTENT_NOT_FOR_CHANNEL(types=", ".join(types))


def _buttons(fields: Mapping[str, Any], filled: Substitute) -> tuple[Button, ...]:
    return tuple(
        Button(
            type=action.get("type", "QUICK_REPLY"),
            title=filled(action.get("title", "")),
            target=_target(action, filled),
        )
        for action in fields["actions"]
    )


def _target(action: Mapping[str, Any], filled: Substitute) -> str | None:
    for name in ("url", "phone", "code"):
        if name in action:
            return filled(action[name])
    return None


def _line(number: int, button: Button) -> str:
    if button.type == "QUICK_REPLY":
        return f"{number}. {button.title}"
    return ": ".join(part for part in (button.title, button.target) if part)
