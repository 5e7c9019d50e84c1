"""What the control API needs of voice: virtual phones in calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from trunkline.voice.explain_call import ExplainCall
from trunkline.voice.phones.audio_files import AudioFiles
from trunkline.voice.phones.call_scripts import CallScripts
from trunkline.voice.phones.ready_scripts import ReadyScripts
from trunkline.voice.phones.script import Step
from trunkline.voice.phones.watch_phones import WatchPhones

__all__ = ["AudioNotTaken", "ControlledCalls", "ConvertAudio", "HangUp", "ReceiveCall", "Written"]


class AudioNotTaken(ValueError):
    """The file is no sound that can be played. The text is a sentence that says why."""


class ReceiveCall(Protocol):
    """A call from a virtual phone to one of the world's numbers."""

    async def __call__(self, world_id: str, phone: str, number: str, script: Sequence[Step]) -> str:
        """The SID of the inbound call. Raises NoSuchNumber, MediaUnavailable, StoreUnavailable."""


class ConvertAudio(Protocol):
    """Sound files of any usual kind to what the engine plays."""

    async def __call__(self, data: bytes) -> bytes:
        """A WAV of 8 kHz, 16 bit, mono. Raises AudioNotTaken."""


class HangUp(Protocol):
    """Ends calls."""

    async def __call__(self, world_id: str) -> None:
        """Every one of a world that goes on; returns when all have their last status."""


class Written(Protocol):
    """Waits for files."""

    async def __call__(self, sid: str) -> None:
        """Until what the phone of a call heard is written, if it is not."""


class ControlledCalls(Protocol):
    """The calls of a platform, as far as the control API sees them."""

    @property
    def explain(self) -> ExplainCall: ...
    @property
    def scripts(self) -> CallScripts: ...
    @property
    def files(self) -> AudioFiles: ...
    @property
    def ready(self) -> ReadyScripts: ...
    @property
    def phones(self) -> WatchPhones: ...
    @property
    def receive(self) -> ReceiveCall: ...
    @property
    def convert(self) -> ConvertAudio: ...
    @property
    def hang_up(self) -> HangUp: ...
    @property
    def written(self) -> Written: ...
    @property
    def heard_folder(self) -> Path: ...
