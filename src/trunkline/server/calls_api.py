"""Put the Calls operations together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from trunkline.server.core import Core
from trunkline.server.webhooks import Webhooks
from trunkline.store.notes import Notes
from trunkline.voice.change_call import ChangeCall
from trunkline.voice.control_calls import ControlCalls
from trunkline.voice.decide_call import DecideCall, HasTurns
from trunkline.voice.delete_call import DeleteCall
from trunkline.voice.list_events import ListEvents
from trunkline.voice.notifications import CallNotifications
from trunkline.voice.place_call import PlaceCall
from trunkline.voice.resources import CallEvents, Calls
from trunkline.voice.works import CreateCalls

__all__ = ["RESOURCES", "call_resources"]

RESOURCES: tuple[type, ...] = (Calls, CallEvents, CallNotifications)


def call_resources(
    core: Core,
    webhooks: Webhooks,
    *,
    create: CreateCalls,
    notes: Notes,
    control: ControlCalls,
    heard_folder: Path,
    strict: Callable[[str], bool] | None = None,
    turns: HasTurns | None = None,
) -> tuple[object, ...]:
    """The resources of this family, for `rest.operation.bound_operations`.

    `control` are the sessions of this node; `strict` tells valid phone numbers from others, where
    that is asked for; `turns` are the calls that wait to be dialled.
    """
    decide = DecideCall(
        numbers=core.own_numbers,
        application_of=core.applications.find,
        worlds=core.worlds,
        clock=core.clock,
        sids=core.sids,
        strict=strict,
        turns=turns,
    )
    resource = Calls(
        database=core.database,
        worlds=core.worlds,
        sids=core.sids,
        decide=decide,
        place=PlaceCall(core.commit, create, webhooks.alert, webhooks.record),
        change=ChangeCall(core.database, core.worlds, control),
        delete=DeleteCall(core.database, core.worlds, core.clock, core.bus, notes, heard_folder),
        control=control,
        webhooks=webhooks.deliver,
    )
    return (
        resource,
        CallEvents(core.database, ListEvents(core.database, webhooks.kinds)),
        CallNotifications(core.database, webhooks.read_request),
    )
