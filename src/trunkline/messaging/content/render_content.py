"""Render the template that a create request names by ContentSid and ContentVariables (1.1)."""

from __future__ import annotations

from trunkline.messaging.content.lookup import TemplateLookup
from trunkline.messaging.content.render import SMS, Rendered, render
from trunkline.messaging.content.variables import given_variables
from trunkline.rest import catalogue

__all__ = ["RenderContent"]


class RenderContent:
    """Finds a template and renders it for the channel of a recipient."""

    def __init__(self, templates: TemplateLookup) -> None:
        self._templates = templates

    async def __call__(
        self,
        account_sid: str,
        content_sid: str,
        variables: str | None,
        recipient: str,
        *,
        mms: bool = True,
    ) -> Rendered:
        """Text and media of the message.

        `recipient` is an address: `whatsapp:+…` is rendered for WhatsApp, a number for SMS. `mms`
        says whether the sender may send media. Errors: 21656 and 21658 for the variables, 21655
        for a template that the account has not, and those of `render`.
        """
        values = given_variables(variables)
        template = await self._templates.find(account_sid, content_sid)
        if template is None:
            raise catalogue.CONTENT_SID_INVALID()
        prefix, colon, _ = recipient.partition(":")
        return render(template, values, prefix.lower() if colon else SMS, mms=mms)
