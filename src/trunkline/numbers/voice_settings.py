"""How the calls to a number are handled: by its application's URLs when it has one, even if that
has none, and otherwise by its own (behaviour 6.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trunkline.numbers import queries
from trunkline.store import Database

__all__ = ["FindVoiceSettings", "VoiceSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """Of a number. Without `url` its calls are rejected."""

    number_sid: str
    account_id: str
    application_sid: str | None
    url: str | None
    method: str
    fallback_url: str | None
    fallback_method: str
    status_callback: str | None
    status_callback_method: str
    caller_id_lookup: bool


class FindVoiceSettings:
    """Reads them: a call asks once, so nothing is kept in memory. `owned` tells what is known of a
    number without asking the database: most numbers that are called are nobody's here."""

    def __init__(
        self,
        database: Database,
        owned: Callable[[str, str], object | None] = lambda _world_id, number: number,
    ) -> None:
        self._database = database
        self._owned = owned

    async def __call__(self, world_id: str, number: str) -> VoiceSettings | None:
        """Of a number in E.164; None when nobody of the world owns it, or it takes no calls."""
        if self._owned(world_id, number) is None:
            return None
        row = await self._database.fetchrow(queries.VOICE_SETTINGS, world_id, number)
        if row is None:
            return None
        application = row["voice_application_id"]
        return VoiceSettings(
            number_sid=f"PN{row['id'].hex}",
            account_id=row["account_id"].hex,
            application_sid=None if application is None else f"AP{application.hex}",
            url=row["url"],
            method=row["method"],
            fallback_url=row["fallback_url"],
            fallback_method=row["fallback_method"],
            status_callback=row["callback"],
            status_callback_method=row["callback_method"],
            caller_id_lookup=row["lookup"],
        )
