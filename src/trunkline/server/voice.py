"""Put voice together: how calls are decided on, made, received, carried out, and explained."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

import structlog

from trunkline.control.controlled_calls import AudioNotTaken
from trunkline.messaging.decide_send import valid_for_libphonenumber
from trunkline.numbers.voice_settings import FindVoiceSettings
from trunkline.server.call_webhooks import LiveCalls, connect_calls
from trunkline.server.calls_api import RESOURCES as CALL_RESOURCES
from trunkline.server.calls_api import call_resources
from trunkline.server.core import Core
from trunkline.server.media_engine import media_client
from trunkline.server.messaging import Messaging
from trunkline.server.recordings import RESOURCES as RECORDING_RESOURCES
from trunkline.server.recordings import Recordings
from trunkline.server.speech import Speech
from trunkline.server.webhooks import Webhooks
from trunkline.store.database import Connection
from trunkline.voice.activity import Activity
from trunkline.voice.between_calls import BetweenCalls
from trunkline.voice.engine_time import EngineTime
from trunkline.voice.explain_call import ExplainCall
from trunkline.voice.model import DocumentSource
from trunkline.voice.phones.audio_files import AudioFiles
from trunkline.voice.phones.call_scripts import CallScripts
from trunkline.voice.phones.drop_old_files import drop_old_files
from trunkline.voice.phones.heard_in_world import heard_in_world
from trunkline.voice.phones.ready_scripts import ReadyScripts
from trunkline.voice.phones.watch_phones import WatchPhones
from trunkline.voice.queries import RESET_WORLD
from trunkline.voice.receive_call import ReceiveCall
from trunkline.voice.send_text import SendText
from trunkline.voice.session.converse import Converse
from trunkline.voice.session.documents import AskForDocument
from trunkline.voice.session.far_end import OpenFarEnd
from trunkline.voice.session.outcome import Finish
from trunkline.voice.session.run_call import RunCall
from trunkline.voice.session.services import Services
from trunkline.voice.session.session import CallSession
from trunkline.voice.session.sessions import Sessions
from trunkline.voice.speech.audio_failed import AudioFailed
from trunkline.voice.speech.convert_audio import ConvertAudio
from trunkline.voice.timed_legs import TimedLegs
from trunkline.voice.works import CreateCalls, call_notes

__all__ = ["RESOURCES", "Voice"]

log = structlog.get_logger(__name__)

RESOURCES = (*CALL_RESOURCES, *RECORDING_RESOURCES)
END_SECONDS = 5.0  # for the calls that go on when the platform stops
HEARD_DAYS = 7  # for which what phones heard is kept


class Voice:
    """The voice of one node. Media and speech processes are started when they are needed."""

    def __init__(self, core: Core, webhooks: Webhooks, messaging: Messaging) -> None:
        self._core = core
        data = core.settings.data
        self.heard_folder = data / "heard"
        self.activity = Activity()
        self.speech = Speech(core, webhooks)
        self.media = media_client()
        self.time = EngineTime(core.worlds, self.activity, self.media)
        self.phones = WatchPhones(TimedLegs(self.media, self.time))
        self.scripts = CallScripts(core.database)
        self.phones_folder = data / "phones"  # what scripts play; read again where it is needed
        self.files = AudioFiles(self.phones_folder, self.scripts.wave)
        self.ready = ReadyScripts(self.scripts, self.files, self.speech.speak.text)
        self.convert = ToPlay(self.speech.convert)
        self.recordings = Recordings(
            core,
            webhooks,
            messaging.media,
            leg_of=lambda sid: self.sessions.leg(sid),
            encode_mp3=self.speech.encode_mp3,
            occupation=self.activity,
        )
        self._transitions = connect_calls(core, webhooks)
        # What is committed begins by itself: calls by the API after their answer, others at once.
        self._create = CreateCalls(core.node_id, lambda _: None)
        notes = call_notes()
        services = Services(
            commit=core.commit,
            transitions=self._transitions,
            create=self._create,
            notes=notes,
            sids=core.sids,
            worlds=core.worlds,
            clock=core.clock,
            time=self.time,
            occupation=self.activity,
            legs=self.phones,
            ask=webhooks.ask,
            alert=webhooks.alert,
            record_alerts=webhooks.record,
            speak=self.speech.speak,
            fetch_audio=self.speech.fetch,
            scripts=self.ready,
            recordings=self.recordings.record,
            heard_folder=self.heard_folder,
            send_text=SendText(messaging.decide, messaging.send, core.authenticator.account),
            is_active=self._is_active,
            dials=None,  # type: ignore[arg-type]
            converse=self._converse,
        )
        self.sessions = services.dials = Sessions(services)
        self._ask = AskForDocument(services)
        self.receive = ReceiveCall(
            commit=core.commit,
            create=self._create,
            settings=FindVoiceSettings(core.database, core.own_numbers.find),
            legs=self.phones,
            sessions=self.sessions,
            scripts=self.ready,
            worlds=core.worlds,
            clock=core.clock,
            sids=core.sids,
            heard_folder=self.heard_folder,
        )
        self.sessions.connect(RunCall(OpenFarEnd(services, self.receive)))
        self.live = LiveCalls(
            core,
            webhooks,
            transitions=self._transitions,
            recordings=self.recordings.record,
            time=self.time,
            begin=self.sessions.begin,
            dial=self.sessions.dial,
            calls=self.sessions.calls,
            knows=self.sessions.knows,
            lost=self.sessions.lose,
        )
        self.sessions.queue = self.live.queue
        self.explain = ExplainCall(core.database, webhooks.history)
        self.between = BetweenCalls(core.database)
        self._unwanted: dict[str, list[Path]] = {}  # of worlds that are being emptied
        self.written = self.media.written
        self.hang_up = self.sessions.end_all
        strict = valid_for_libphonenumber if core.settings.strict_numbers else None
        self.resources: tuple[object, ...] = (
            *call_resources(
                core,
                webhooks,
                create=self._create,
                notes=notes,
                control=self.sessions,
                heard_folder=self.heard_folder,
                strict=strict,
                turns=self.live.queue,
            ),
            *self.recordings.resources,
        )

    async def load(self) -> None:
        """Load what is kept in memory."""
        await self.scripts.load()
        await asyncio.to_thread(_make_folder, self.heard_folder)

    async def start(self, stop: asyncio.Event) -> list[asyncio.Task[None]]:
        """Take up what a former process left."""
        finishing = await self.recordings.start(stop)
        await self.live.start()
        return [finishing]

    async def stop(self) -> None:
        """End the calls that go on, and everything that was started for them."""
        self.live.stop()
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.sessions.end_all()
        except TimeoutError:  # without its database, for instance: they are taken up again
            log.warning("voice.calls_left", calls=len(self.sessions))
        await self.recordings.stop()
        self.time.stop()
        await self.media.stop()
        await self.speech.stop()

    async def renew(self) -> None:
        """Write down how far calls have come, and take over those of silent nodes."""
        await self.live.renew()

    async def drop_old(self) -> None:
        """Forget what has had its time."""
        await self.recordings.drop_old()
        for folder in (self.heard_folder, self.phones_folder):
            await asyncio.to_thread(drop_old_files, folder, timedelta(days=HEARD_DAYS))

    async def end_calls(self, world_id: str) -> None:
        """End the calls of a world that is emptied."""
        self.live.queue.forget_world(world_id)
        await self.sessions.end_all(world_id)
        await self.media.all_written(world_id)
        self.recordings.forget_world(world_id)

    async def reset(self, connection: Connection, world_id: str) -> None:
        """Delete all of a world within a transaction."""
        self._unwanted[world_id] = await heard_in_world(connection, world_id, self.heard_folder)
        await self.recordings.reset(connection, world_id)
        for statement in RESET_WORLD:
            await connection.execute(statement, world_id)
        self.scripts.forget_world(world_id)

    async def emptied(self, world_id: str) -> None:
        """Remove the files of a world whose reset has committed."""
        for path in self._unwanted.pop(world_id, ()):
            with contextlib.suppress(OSError):  # what is old is removed anyway
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _is_active(self, account_sid: str) -> bool:
        account = await self._core.authenticator.account(account_sid)
        return account is not None and account.status == "active"

    async def _converse(self, session: CallSession, source: DocumentSource) -> Finish | None:
        return await Converse(session, self._ask)(source)


class ToPlay:
    """Sound files of any usual kind to what the engine plays."""

    def __init__(self, convert: ConvertAudio) -> None:
        self._convert = convert

    async def __call__(self, data: bytes) -> bytes:
        """A WAV of 8 kHz, 16 bit, mono. Raises AudioNotTaken."""
        try:
            path: Path = await self._convert.of_bytes(data)
        except AudioFailed as error:
            reason = str(error)
            raise AudioNotTaken(f"{reason[:1].upper()}{reason[1:]}.") from None
        return await asyncio.to_thread(path.read_bytes)


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
