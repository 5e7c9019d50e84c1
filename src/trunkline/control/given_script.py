"""A script as a request gives it: text or steps, with the sound files that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.check_script import check_script
from trunkline.control.controlled_calls import AudioNotTaken, ControlledCalls
from trunkline.control.errors import ControlError
from trunkline.control.script_text import MOST_TEXT, ScriptInvalid, parse_script
from trunkline.voice.phones.audio_files import digest_of
from trunkline.voice.phones.ready_scripts import with_digests
from trunkline.voice.phones.script import Step, StepPlay

__all__ = ["MOST_BODY", "GivenScript", "Hold", "NewScript", "read_script"]

MOST_AUDIO = 10_000_000  # bytes of all files of a script together
MOST_FILES = 20
MOST_BODY = MOST_AUDIO * 4 // 3 + 256 * 1024  # of a request, the files in Base64

ScriptText = Annotated[
    str,
    Meta(
        max_length=MOST_TEXT,
        description='E.g. `answer 2s; hear; press 1#; say "hello"; play a.wav; hangup`, `busy`,'
        " `reject` or `ring`",
    ),
]
Hold = Annotated[
    bool,
    Meta(
        description="Let the world's time stand still between moves of its clock, until the call is"
        " over: for who tells the phone step by step what to do"
    ),
]
Wave = Annotated[bytes, Meta(min_length=1, max_length=MOST_AUDIO)]


class NewScript(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a phone is to do. No file of the platform's machine is read: `audio` holds what `play`
    names, in Base64."""

    script: ScriptText | list[Step] = ""
    audio: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=255)], Wave],
        Meta(description="The sound files, by the names that `play` has for them: WAV, MP3 …"),
    ] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenScript:
    """A script that can be done. `waves` are its files as the engine plays them, by digest."""

    steps: tuple[Step, ...]
    audio: Mapping[str, str]
    waves: Mapping[str, bytes]

    def with_digests(self) -> tuple[Step, ...]:
        """The steps with the digests of their files."""
        return with_digests(self.steps, self.audio)


async def read_script(calls: ControlledCalls, asked: NewScript, *, rings: bool) -> GivenScript:
    """The script of a request; its files are kept where the engine finds them. `rings`: the phone
    has not answered yet. Refuses 422, also for files that are missing or no sound."""
    try:
        text = asked.script
        steps = parse_script(text) if isinstance(text, str) else tuple(text)
        check_script(steps, rings=rings)
    except ScriptInvalid as error:
        raise ControlError(422, "invalid_script", str(error)) from None
    named = {step.path for step in steps if isinstance(step, StepPlay)}
    if missing := sorted(named - asked.audio.keys()):
        raise ControlError(
            422,
            "audio_missing",
            f"The script plays '{missing[0][:64]}': send that file as `audio`, by this name.",
        )
    given = {name: data for name, data in asked.audio.items() if name in named}
    if len(given) > MOST_FILES or sum(map(len, given.values())) > MOST_AUDIO:
        raise ControlError(
            422,
            "audio_not_taken",
            f"A script has {MOST_FILES} files and {MOST_AUDIO // 1_000_000} MB at most.",
        )
    audio: dict[str, str] = {}
    waves: dict[str, bytes] = {}
    for name, data in given.items():
        try:
            wave = await calls.convert(data)
        except AudioNotTaken as error:
            raise ControlError(422, "audio_not_taken", f"'{name[:64]}': {error}") from None
        audio[name] = digest_of(wave)
        waves[audio[name]] = wave
    for wave in waves.values():
        await calls.files.keep(wave)
    return GivenScript(steps=steps, audio=audio, waves=waves)
