"""Connect calls with webhooks: what transitions bring about, and the kinds of request; and keep
track of the calls that are going on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trunkline.server.core import Core
from trunkline.server.webhooks import Webhooks
from trunkline.store.transitions import Follower, Transitions
from trunkline.voice.live.beat_calls import BeatCalls, BegunCall, Frames
from trunkline.voice.live.end_live_calls import EndLiveCalls
from trunkline.voice.live.recover_calls import Recordings, RecoverCalls
from trunkline.voice.live_requests import LiveRequest
from trunkline.voice.model import NewCall
from trunkline.voice.rates.call_queue import CallQueue
from trunkline.voice.recordings.find_recording import FindRecording
from trunkline.voice.session.documents import KIND as DOCUMENT
from trunkline.voice.status_callbacks import KIND as STATUS_CALLBACK
from trunkline.voice.status_callbacks import CallStatusCallback, CallStatusCallbacks
from trunkline.voice.works import call_transitions

__all__ = ["LiveCalls", "connect_calls"]


def connect_calls(
    core: Core, webhooks: Webhooks, followers: Iterable[Follower] = ()
) -> Transitions:
    """The transitions of calls, followed by status callbacks; their kinds of request are made
    known to `webhooks`."""
    webhooks.kinds[STATUS_CALLBACK] = CallStatusCallback(core.database, webhooks.alert)
    webhooks.kinds[DOCUMENT] = LiveRequest(core.database, webhooks.alert)
    return call_transitions(
        [
            CallStatusCallbacks(webhooks.due, webhooks.make, FindRecording(core.base_url)),
            EndLiveCalls(),
            *followers,
        ]
    )


class LiveCalls:
    """The calls of this node that are going on or wait to be dialled.

    `begin` is `ControlCalls.begin`; `dial` begins a call whose turn has come; `calls` gives those
    that have begun, and `knows` tells whether one of them is meant. `lost` hears of those that
    another node has taken over.
    """

    def __init__(
        self,
        core: Core,
        webhooks: Webhooks,
        *,
        transitions: Transitions,
        recordings: Recordings | None,
        time: Frames,
        begin: Callable[[NewCall], None],
        dial: Callable[[NewCall], None],
        calls: Callable[[], Iterable[BegunCall]],
        knows: Callable[[str], bool],
        lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.queue = CallQueue(core.worlds, core.limits, dial)
        core.limits.on_change.append(self.queue.changed)
        self._beat = BeatCalls(core.database, owner=core.node_id, calls=calls, time=time, lost=lost)
        self._recover = RecoverCalls(
            core.database,
            core.commit,
            owner=core.node_id,
            transitions=transitions,
            begin=begin,
            knows=lambda sid: knows(sid) or self.queue.knows(sid),
            recordings=recordings,
            record=webhooks.record,
            alert=webhooks.alert,
            worlds=core.worlds,
            clock=core.clock,
        )

    async def start(self) -> None:
        """Take up what a former process left: before any call is made, after worlds and limits
        are there."""
        await self._recover.start()

    async def renew(self) -> None:
        """Every third of a lease: write down how far calls have come, and take over those of
        silent nodes."""
        await self._beat()
        await self._recover.renew()

    def stop(self) -> None:
        """Dial nothing any more."""
        self.queue.stop()
