"""What the virtual phones of every world do in calls: kept in memory and in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from trunkline.store import Database
from trunkline.voice.phones import queries
from trunkline.voice.phones.script import DEFAULT_SCRIPT, Step

__all__ = ["DEFAULT", "CallScripts", "Script"]

DEFAULT = "*"  # the row of all phones that have no script of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Steps, and which file (its SHA-256, in hexadecimal) each name in a `play` stands for."""

    steps: tuple[Step, ...]
    audio: Mapping[str, str] = field(default_factory=dict)


ORDINARY = Script(steps=DEFAULT_SCRIPT)


class CallScripts:
    """Look up and set scripts. Only those that were set are kept."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._scripts: dict[tuple[str, str], Script] = {}
        self._stale: set[tuple[str, str]] = set()
        self._all_stale = False
        database.on_change("call_scripts", self._changed)
        database.on_reconnect(self._missed)

    async def load(self) -> None:
        """Read every script."""
        rows = await self._database.fetch(queries.LIST)
        self._scripts = {(row["world_id"].hex, row["phone"]): _script(row) for row in rows}

    async def of(self, world_id: str, phone: str) -> Script:
        """What this phone does when it rings: its own script, its world's, or as people do."""
        await self._refresh()
        own = self._scripts.get((world_id, phone))
        return own or self._scripts.get((world_id, DEFAULT)) or ORDINARY

    async def set_for(self, world_id: str, phone: str) -> Script | None:
        """What was set for this phone itself (or for `DEFAULT`)."""
        await self._refresh()
        return self._scripts.get((world_id, phone))

    async def set(
        self, world_id: str, phone: str, script: Script | None, waves: Mapping[str, bytes]
    ) -> None:
        """Give a phone (or `DEFAULT`) a script, with the files that it names by their digests;
        None forgets it. Raises StoreUnavailable."""
        async with self._database.transaction() as connection:
            await connection.execute(queries.FORGET, world_id, phone)
            if script is not None:
                steps = msgspec.to_builtins(script.steps)
                audio = dict(script.audio)
                await connection.execute(queries.PUT, world_id, phone, steps, audio)
                for digest in dict.fromkeys(audio.values()):
                    wave = waves[digest]
                    await connection.execute(queries.PUT_AUDIO, world_id, phone, digest, wave)
            await self._database.announce(connection, "call_scripts", f"{world_id}:{phone}")
        self._keep(world_id, phone, script)

    async def wave(self, digest: str) -> bytes | None:
        """The file of a digest, if a script of any world has it."""
        found: bytes | None = await self._database.fetchval(queries.WAVE, digest)
        return found

    def forget_world(self, world_id: str) -> None:
        """Drop what is in memory of a world that was reset."""
        for key in [key for key in self._scripts if key[0] == world_id]:
            del self._scripts[key]

    def _keep(self, world_id: str, phone: str, script: Script | None) -> None:
        if script is None:
            self._scripts.pop((world_id, phone), None)
        else:
            self._scripts[world_id, phone] = script

    def _changed(self, key: str) -> None:
        world_id, _, phone = key.partition(":")
        self._stale.add((world_id, phone))

    def _missed(self) -> None:
        self._all_stale = True

    async def _refresh(self) -> None:
        """Read again what was announced, or may have been."""
        if self._all_stale:
            await self.load()
            self._all_stale = False
        while self._stale:
            world_id, phone = key = next(iter(self._stale))
            row = await self._database.fetchrow(queries.FETCH, world_id, phone)
            self._stale.discard(key)
            self._keep(world_id, phone, None if row is None else _script(row))


def _script(row: Any) -> Script:
    steps = msgspec.convert(row["steps"], tuple[Step, ...])
    return Script(steps=steps, audio=row["audio"])
