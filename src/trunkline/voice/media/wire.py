"""What the main process and a media process say to each other: commands and reports.

Frames are 20 ms of engine time, counted by the world from its first leg on. A leg is named by the
SID of its call, which has exactly one. *Inbound* audio comes from the far end, *outbound* audio
goes to it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from trunkline.voice.phones.script import Step

__all__ = [
    "FRAMES_PER_SECOND",
    "FRAME_MS",
    "Answer",
    "Answered",
    "BargeIn",
    "CloseWorld",
    "Command",
    "Digit",
    "Digits",
    "File",
    "Freeze",
    "Frozen",
    "HangUp",
    "HeardWritten",
    "HungUp",
    "Join",
    "Leave",
    "OpenPair",
    "OpenPhone",
    "OpenWorld",
    "PauseRecording",
    "PhoneDo",
    "Play",
    "Played",
    "RecordingEnded",
    "Refused",
    "Report",
    "ResumeRecording",
    "Ringing",
    "ScriptDone",
    "Silence",
    "Source",
    "StartRecording",
    "Statistics",
    "StepWorld",
    "Stepped",
    "StopPlaying",
    "StopRecording",
    "Thaw",
    "Tone",
    "Track",
]

FRAME_MS = 20
FRAMES_PER_SECOND = 1000 // FRAME_MS

Track = Literal["inbound", "outbound", "both"]


class _Wire(msgspec.Struct, frozen=True, kw_only=True, tag=True, array_like=True, gc=False):
    """A command, a report or a part of one."""


# What is played ---------------------------------------------------------------------------------
class File(_Wire, frozen=True):
    """A WAV of this machine: 8 kHz, 16 bit, mono (what `voice/speech` writes)."""

    path: str


class Tone(_Wire, frozen=True):
    """A tone that the engine makes: `beep` (once), and without an end until `frames`: `busy`,
    `reorder`, `ringback`, `missing_voice` (said where no speech engine is there)."""

    name: Literal["beep", "busy", "reorder", "ringback", "missing_voice"]
    frames: int = 0  # 0: as long as the tone is by itself; one that repeats needs it


class Silence(_Wire, frozen=True):
    """So many frames of nothing."""

    frames: int


class Digits(_Wire, frozen=True):
    """DTMF to the far end: `0-9 A-D # *`, `w` waits half a second, `W` a second. Told to the far
    end as events, and audible."""

    digits: str


Source = File | Tone | Silence | Digits


# Commands ---------------------------------------------------------------------------------------
class OpenPhone(_Wire, frozen=True):
    """A leg whose far end is a virtual phone. `rings`: the platform calls it; otherwise it calls
    the platform, and hears nothing until `Answer`."""

    leg: str
    world: str  # id
    rings: bool
    script: tuple[Step, ...]  # texts are files already: no `Say`
    heard: str | None = None  # the WAV that is written of what it hears


class OpenPair(_Wire, frozen=True):
    """Two legs of which each is the other's far end: a number of the platform calls another one.
    `leg` is the caller's, which reports `Ringing`, and hears nothing until `Answer` on `other`."""

    leg: str
    other: str
    world: str


class Answer(_Wire, frozen=True):
    """The platform takes the call of this leg, whose far end called it."""

    leg: str


class HangUp(_Wire, frozen=True):
    """The platform ends a leg, or cancels its ringing. Nothing is reported of it any more but the
    ends of its recordings. `reason` is what the far end hears of: `busy` and `rejected` of a call
    that was not answered."""

    leg: str
    reason: Literal["normal", "busy", "rejected", "failed"] = "normal"


class Play(_Wire, frozen=True):
    """Play after all that is playing on this leg. `loop` times, 0: until it is stopped."""

    leg: str
    playback: int  # its number on this leg, told by `Played`
    sources: tuple[Source, ...]
    loop: int = 1


class StopPlaying(_Wire, frozen=True):
    """End all that plays or waits to: each is told by `Played(stopped=True)`."""

    leg: str


class BargeIn(_Wire, frozen=True):
    """Whether the next digit of the far end ends what plays, within the engine: no round trip."""

    leg: str
    on: bool


class Join(_Wire, frozen=True):
    """Let the members of a room hear each other. What plays on a leg goes before the room."""

    leg: str
    room: str


class Leave(_Wire, frozen=True):
    """Leave the room."""

    leg: str


class StartRecording(_Wire, frozen=True):
    """Write the audio of a leg to a file, which survives the process as far as it was written.

    `path` is that of the WAV (16 bit, 8 kHz, header true after each write). `channels` 2: inbound
    left, outbound right; 1: mixed. `limit` and `silence` (0: none) end it by themselves; silence
    counts on the inbound track, from the start or the last sound.
    """

    recording: str  # SID
    leg: str
    path: str
    track: Track = "both"
    channels: int = 1
    limit: int = 0  # frames
    silence: int = 0  # frames
    trim: bool = False  # take silence from both ends, when it ends


class PauseRecording(_Wire, frozen=True):
    """`silence`: what comes meanwhile is written as silence; otherwise it is left out."""

    recording: str
    silence: bool


class ResumeRecording(_Wire, frozen=True):
    """Go on after a pause."""

    recording: str


class StopRecording(_Wire, frozen=True):
    """End it; `RecordingEnded` follows when the file is whole."""

    recording: str
    reason: str = "stopped"


class PhoneDo(_Wire, frozen=True):
    """Let the virtual phone of a leg do this after what its script still has."""

    leg: str
    steps: tuple[Step, ...]


class OpenWorld(_Wire, frozen=True):
    """Before the first leg of a world in this process: which of its frames is the present one,
    and whether it stands still."""

    world: str
    frame: int
    frozen: bool


class CloseWorld(_Wire, frozen=True):
    """After its last leg, and the end of what is written of it: forget it."""

    world: str


class Freeze(_Wire, frozen=True):
    """Let no time pass for a world. `Frozen` follows."""

    world: str


class StepWorld(_Wire, frozen=True):
    """Of a frozen world: run its frames until `until`, or the first frame that reports anything.
    `Stepped` follows, after the reports."""

    world: str
    until: int


class Thaw(_Wire, frozen=True):
    """Let time pass by itself again."""

    world: str


Command = (
    OpenPhone
    | OpenPair
    | Answer
    | HangUp
    | Play
    | StopPlaying
    | BargeIn
    | Join
    | Leave
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | PhoneDo
    | OpenWorld
    | CloseWorld
    | Freeze
    | StepWorld
    | Thaw
)


# Reports ----------------------------------------------------------------------------------------
class Ringing(_Wire, frozen=True):
    """The far end rings."""

    leg: str
    frame: int


class Answered(_Wire, frozen=True):
    """The far end answered."""

    leg: str
    frame: int


class Refused(_Wire, frozen=True):
    """The far end does not take the call. The leg is closed."""

    leg: str
    frame: int
    reason: Literal["busy", "rejected", "failed"]


class HungUp(_Wire, frozen=True):
    """The far end hung up. The leg is closed."""

    leg: str
    frame: int


class Digit(_Wire, frozen=True):
    """A key of the far end, told once. `barged`: it ended what was playing."""

    leg: str
    frame: int
    digit: str
    barged: bool = False


class Played(_Wire, frozen=True):
    """A playback has ended. `failed`: a file of it could not be read."""

    leg: str
    frame: int
    playback: int
    stopped: bool = False
    failed: bool = False


class RecordingEnded(_Wire, frozen=True):
    """The file of a recording is whole. `frames` is its length after trimming; `sound` tells
    whether there was anything but silence; `reason` is `stopped`'s, `limit`, `silence`, `hangup`
    (the leg ended) or `failed` (it could not be written)."""

    recording: str
    leg: str
    frame: int
    frames: int
    sound: bool
    reason: str


class ScriptDone(_Wire, frozen=True):
    """A virtual phone has done all that it was told: `steps` in all, from its beginning on and
    with those of `PhoneDo`. Told again after each further `PhoneDo`."""

    leg: str
    frame: int
    steps: int = 0


class HeardWritten(_Wire, frozen=True):
    """The WAV of what a virtual phone heard is whole; its leg has ended."""

    leg: str
    frame: int


class Frozen(_Wire, frozen=True):
    """A world stands still at this frame."""

    world: str
    frame: int


class Stepped(_Wire, frozen=True):
    """A frozen world is at this frame now."""

    world: str
    frame: int


class Statistics(_Wire, frozen=True):
    """Once a second: legs, ticks since the start, those begun over 10 ms late, and the time that
    ticks took, in milliseconds: middle and 99th percentile of the last second."""

    legs: int
    ticks: int
    late: int
    p50_ms: float
    p99_ms: float


Report = (
    Ringing
    | Answered
    | Refused
    | HungUp
    | Digit
    | Played
    | RecordingEnded
    | ScriptDone
    | HeardWritten
    | Frozen
    | Stepped
    | Statistics
)
