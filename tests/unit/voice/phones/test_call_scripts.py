from __future__ import annotations

from trunkline.store import Database
from trunkline.voice.phones.audio_files import digest_of
from trunkline.voice.phones.call_scripts import DEFAULT, CallScripts, Script
from trunkline.voice.phones.script import (
    DEFAULT_SCRIPT,
    StepAnswer,
    StepBusy,
    StepHangUp,
    StepHear,
    StepPlay,
    StepPress,
    StepReject,
    StepSay,
    StepWait,
)
from trunkline.voice.queries import RESET_WORLD

PHONE = "+14155550123"
WAVE = b"RIFF and so on"
ALL = Script(
    steps=(
        StepAnswer(after_ms=5),
        StepHear(silence_ms=100, most_ms=2000),
        StepPress(keys="1w#"),
        StepSay(text="Grüß Gott"),
        StepPlay(path="a.wav"),
        StepWait(ms=7),
        StepHangUp(),
    ),
    audio={"a.wav": digest_of(WAVE)},
)
BUSY = Script(steps=(StepBusy(),))


async def test_a_phone_does_its_own_or_its_worlds_or_the_ordinary(
    database: Database, world_id: str
) -> None:
    scripts = CallScripts(database)
    assert (await scripts.of(world_id, PHONE)).steps == DEFAULT_SCRIPT
    await scripts.set(world_id, DEFAULT, BUSY, {})
    assert await scripts.of(world_id, PHONE) == BUSY
    ring = Script(steps=())
    await scripts.set(world_id, PHONE, ring, {})
    assert await scripts.of(world_id, PHONE) == ring
    assert await scripts.of(world_id, "client:alice") == BUSY
    await scripts.set(world_id, PHONE, None, {})
    assert await scripts.of(world_id, PHONE) == BUSY
    assert await scripts.set_for(world_id, PHONE) is None


async def test_what_is_set_is_read_again_with_its_files(database: Database, world_id: str) -> None:
    await CallScripts(database).set(world_id, PHONE, ALL, {digest_of(WAVE): WAVE})
    later = CallScripts(database)
    await later.load()
    assert await later.of(world_id, PHONE) == ALL
    assert await later.wave(digest_of(WAVE)) == WAVE
    await later.set(world_id, PHONE, BUSY, {})
    assert await later.wave(digest_of(WAVE)) is None


async def test_another_node_hears_of_it(database: Database, world_id: str) -> None:
    one, other = CallScripts(database), CallScripts(database)
    await one.set(world_id, PHONE, BUSY, {})
    other._changed(f"{world_id}:{PHONE}")  # as the database announces it
    assert await other.of(world_id, PHONE) == BUSY
    await one.set(world_id, PHONE, Script(steps=(StepReject(),)), {})
    other._missed()  # while its connection was lost
    assert (await other.of(world_id, PHONE)).steps == (StepReject(),)


async def test_a_world_that_is_reset_has_none(database: Database, world_id: str) -> None:
    scripts = CallScripts(database)
    await scripts.set(world_id, PHONE, ALL, {digest_of(WAVE): WAVE})
    for statement in RESET_WORLD:
        await database.execute(statement, world_id)
    scripts.forget_world(world_id)
    assert (await scripts.of(world_id, PHONE)).steps == DEFAULT_SCRIPT
    assert await scripts.wave(digest_of(WAVE)) is None
