"""Make the value of a message that goes out: its SID, its segments, its route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from trunkline.carriers import Routes
from trunkline.clock import Clock
from trunkline.messaging.model import NewMessage
from trunkline.messaging.recipients import channel_of
from trunkline.messaging.text.segments import Segmentation
from trunkline.sids import SidFactory
from trunkline.worlds import Worlds

__all__ = ["MakeMessage"]


class MakeMessage:
    """Makes messages that are ready to be committed. Nothing is checked here."""

    def __init__(self, *, routes: Routes, worlds: Worlds, clock: Clock, sids: SidFactory) -> None:
        self._routes = routes
        self._worlds = worlds
        self._clock = clock
        self._sids = sids

    def __call__(
        self,
        *,
        account_id: str,
        world_id: str,
        direction: str,
        sender: str | None,
        sender_kind: str,
        recipient: str,
        text: Segmentation,
        media_urls: Sequence[str] = (),
        as_mms: bool = False,
        status_callback: str | None = None,
        options: Mapping[str, Any] | None = None,
        check_opt_out: bool = False,
        service_id: str | None = None,
        send_at: datetime | None = None,
    ) -> NewMessage:
        """A queued message; of a service an accepted one, or with `send_at` a scheduled one.

        `as_mms` makes one of a text without media (SendAsMms).
        """
        route = self._routes.route(recipient)
        mms = bool(media_urls) or as_mms
        # Only SMS are cut up: a message of a channel is one, however long.
        segments = 1 if mms or channel_of(recipient) is not None else text.segments
        if service_id is None:
            status, step = "queued", "submit"
        else:
            status, step = "accepted" if send_at is None else "scheduled", "choose"
        # Media are fetched first, but those of a schedule not before its time.
        if media_urls:
            step = "media"
        return NewMessage(
            sid=self._sids.new("MM" if mms else "SM"),
            account_id=account_id,
            world_id=world_id,
            direction=direction,
            path=(status,),
            sender=sender,
            recipient=recipient,
            body=text.body,
            num_segments=segments,
            num_media=len(media_urls),
            created_at=self._worlds.clock(world_id).now(),
            real_time=self._clock.now(),
            carrier=route,
            status_callback=status_callback,
            media_urls=tuple(media_urls),
            options=options,
            facts=_facts(sender_kind, route, text, segments),
            step=step,
            due_at=send_at,
            service_id=service_id,
            check_opt_out=check_opt_out,
        )


def _facts(kind: str, route: str, text: Segmentation, segments: int) -> dict[str, Any]:
    """What `trunkline why` tells of the decision. Never the text, never a number."""
    return {
        "sender": kind,
        "route": route,
        "encoding": text.encoding,
        "units": text.units,
        "segments": segments,
    }
