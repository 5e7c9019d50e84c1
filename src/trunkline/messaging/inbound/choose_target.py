"""Who is asked about a message that comes in: the service or the number (behaviour 2.6, 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from trunkline.messaging.replies.reply_session import NextDocument
from trunkline.messaging.services.model import Service
from trunkline.numbers import OwnNumber

__all__ = ["InboundTarget", "choose_target"]


@dataclass(frozen=True, slots=True)
class InboundTarget:
    """Where the app is asked, and where if that fails."""

    document: NextDocument
    fallback: NextDocument | None


def choose_target(own: OwnNumber, service: Service | None) -> InboundTarget | None:
    """The service's URL where the number is in a pool, unless the service defers to the number.
    None where nobody is asked: a service without a URL does not fall back to the number's."""
    if service is not None and not service.use_inbound_webhook_on_number:
        return _target(
            service.inbound_request_url,
            service.inbound_method,
            service.fallback_url,
            service.fallback_method,
        )
    return _target(own.sms_url, own.sms_method, own.sms_fallback_url, own.sms_fallback_method)


def _target(
    url: str | None, method: str, fallback_url: str | None, fallback_method: str
) -> InboundTarget | None:
    if url is None:
        return None
    fallback = None if fallback_url is None else NextDocument(fallback_url, fallback_method)
    return InboundTarget(NextDocument(url, method), fallback)
