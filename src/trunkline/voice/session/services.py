"""What sessions are given: one object, made once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from trunkline.clock import Clock
from trunkline.sids import SidFactory
from trunkline.store import GroupCommit
from trunkline.store.notes import Notes
from trunkline.store.transitions import Transitions
from trunkline.twiml.voice import Say
from trunkline.voice.legs import Legs
from trunkline.voice.model import DocumentSource, NewCall
from trunkline.voice.phones.script import Step
from trunkline.voice.session.mailbox import Occupation
from trunkline.voice.works import CreateCalls
from trunkline.webhooks.alerts.make_alert import AlertMaker
from trunkline.webhooks.alerts.record import RecordAlerts
from trunkline.webhooks.http import Exchange, Jar
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.worlds import Worlds

if TYPE_CHECKING:
    from trunkline.voice.recordings.record_call import RecordCall
    from trunkline.voice.session.companion import Companion
    from trunkline.voice.session.outcome import Finish
    from trunkline.voice.session.session import CallSession

__all__ = ["Asked", "Asks", "EngineTimers", "Services", "Timer"]


class Timer(Protocol):
    """Something that will happen at an engine time."""

    def cancel(self) -> None:
        """Let it not happen."""


class EngineTimers(Protocol):
    """Engine time: frames of 20 ms, by world."""

    def frame(self, world_id: str) -> int:
        """The world's present frame."""

    def call_later(self, world_id: str, frames: int, callback: Callable[[], None]) -> Timer:
        """Call back so many frames from now."""


class Asked(Protocol):
    """What came of a request."""

    @property
    def exchange(self) -> Exchange: ...
    @property
    def delivery(self) -> Delivery: ...
    def refuse(self, code: int, message: str, details: Mapping[str, str] | None = None) -> None:
        """The answer cannot be used."""

    def warn(self, code: int, message: str, details: Mapping[str, str] | None = None) -> None:
        """Something in the answer is not as it should be."""


class Asks(Protocol):
    """Asks an app at once."""

    async def __call__(
        self,
        *,
        subject: str,
        account_id: str,
        world_id: str,
        kind: str,
        url: str,
        method: str,
        parameters: Parameters,
        jar: Jar,
    ) -> Asked:
        """Raises nothing for what the app or the network does."""


class Speaks(Protocol):
    """Texts to audio."""

    async def render(self, say: Say) -> Path | None:
        """The WAV of a text; None where there is no engine that could speak it."""


class FetchesAudio(Protocol):
    """Audio of an app's, as the engine plays it."""

    async def __call__(
        self, world_id: str, account_sid: str, url: str, method: str = "GET"
    ) -> Path:
        """The WAV of what is at a URL. Raises AudioFailed, StoreUnavailable."""


class Scripts(Protocol):
    """What virtual phones do in calls."""

    async def of(self, world_id: str, address: str) -> tuple[Step, ...]:
        """The script of a phone that rings, its texts rendered to files."""

    async def ready(self, world_id: str, steps: Sequence[Step]) -> tuple[Step, ...]:
        """These steps with their texts rendered to files."""


class SendsTexts(Protocol):
    """Messaging, as calls use it."""

    async def __call__(
        self,
        *,
        account_id: str,
        world_id: str,
        sender: str,
        recipient: str,
        body: str,
        status_callback: str | None,
    ) -> tuple[str, str]:
        """The SID and the status of a message that was committed. Raises ApiError where none can
        be sent, StoreUnavailable."""


class Dials(Protocol):
    """The sessions of this node, as Dial uses them."""

    def make(
        self,
        call: NewCall,
        *,
        parent: CallSession | None = None,
        companion: Callable[[CallSession], Companion] | None = None,
    ) -> CallSession:
        """The session of a call, whose task begins with `start`."""

    async def end(self, sid: str, status: Literal["completed", "canceled"]) -> None:
        """Hang up; returns once the call's last status is committed. Raises NotInProgress."""


class Converses(Protocol):
    """Carries out documents."""

    async def __call__(self, session: CallSession, source: DocumentSource) -> Finish | None:
        """See `converse.Converse`."""


@dataclass(slots=True, kw_only=True)
class Services:
    """The collaborators of sessions and verbs."""

    commit: GroupCommit
    transitions: Transitions
    create: CreateCalls
    notes: Notes
    sids: SidFactory
    worlds: Worlds
    clock: Clock
    time: EngineTimers
    occupation: Occupation
    legs: Legs
    ask: Asks
    alert: AlertMaker
    record_alerts: RecordAlerts
    speak: Speaks
    fetch_audio: FetchesAudio
    scripts: Scripts
    recordings: RecordCall
    heard_folder: Path
    send_text: SendsTexts
    is_active: Callable[[str], Awaitable[bool]]  # an account, by its SID
    dials: Dials
    converse: Converses
    leaving: bool = False  # the platform stops: what cannot be written now is the next start's
