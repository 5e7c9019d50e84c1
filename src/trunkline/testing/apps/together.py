"""The apps of one test: served, mapped from their public URLs, and named by the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trunkline.testing.apps.interface import Interface
from trunkline.testing.apps.served import App, Server, reach, server_for
from trunkline.testing.apps.watch import AppError, Watch
from trunkline.testing.errors import TrunklineError, hidden
from trunkline.testing.world import World

__all__ = ["PUBLIC_URL", "Apps"]

__tracebackhide__ = hidden

PUBLIC_URL = "https://app.test.example"
FURTHER = "https://app-{}.test.example"
# A request that is late must not meet the app of a later test, which has got the same port.
NOWHERE = "http://127.0.0.1:9"


class Apps:
    """Serves any number of apps for a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._apps: dict[str, App] = {}
        self._servers: list[Server] = []
        self._sids: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._apps)

    @property
    def errors(self) -> list[AppError]:
        """What the apps raised."""
        return [error for app in self._apps.values() for error in app.errors]

    def serve(
        self, app: Any, interface: Interface | None, watch: Watch | None = None
    ) -> tuple[str, Watch | None]:
        """Where an app is, once it serves; and what watches it. Raises TrunklineError."""
        if isinstance(app, str):
            return reach(app), None
        watch = watch or Watch()
        server = server_for(app, watch, interface)
        server.start()
        self._servers.append(server)
        return f"http://127.0.0.1:{server.port}", watch

    def add(
        self,
        local_url: str,
        watch: Watch | None,
        *,
        public_url: str | None,
        webhook: str | None,
        fallback: str | None,
        voice: str | None = None,
        voice_fallback: str | None = None,
        numbers: Iterable[str] | None,
    ) -> App:
        """Map an app that serves, and let numbers name it. Raises TrunklineError."""
        public = (public_url or self._free_url()).rstrip("/")
        if public in self._apps:
            raise TrunklineError(f"{public} is the public URL of another app of this test.")
        app = App(public_url=public, local_url=local_url, watch=watch)
        self._map({**self._apps, public: app})
        self._apps[public] = app
        paths = {
            "SmsUrl": webhook,
            "SmsFallbackUrl": fallback,
            "VoiceUrl": voice,
            "VoiceFallbackUrl": voice_fallback,
        }
        if form := {name: app.url(path) for name, path in paths.items() if path is not None}:
            self._name(form, numbers)
        return app

    def stop(self) -> None:
        """End every app. Raises the first error, when all have ended."""
        failures: list[BaseException] = []
        while self._servers:
            try:
                self._servers.pop().stop()
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def unmap(self) -> None:
        """Let nothing of this world reach their ports any more. Raises TrunklineError."""
        if self._apps:
            self._set_maps((public, NOWHERE) for public in self._apps)

    def _free_url(self) -> str:
        if PUBLIC_URL not in self._apps:
            return PUBLIC_URL
        return FURTHER.format(len(self._apps) + 1)

    def _map(self, apps: dict[str, App]) -> None:
        self._set_maps((public, app.local_url) for public, app in apps.items())

    def _set_maps(self, pairs: Iterable[tuple[str, str]]) -> None:
        maps = [{"public": public, "local": local} for public, local in pairs]
        self._world.control("PUT", "/webhooks/maps", {"maps": maps})

    def _name(self, form: dict[str, str], numbers: Iterable[str] | None) -> None:
        for number in numbers or self._world.credentials.numbers:
            self._world.twilio("POST", f"{self._numbers}/{self._sid(number)}.json", form)

    @property
    def _numbers(self) -> str:
        sid = self._world.credentials.account_sid
        return f"/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers"

    def _sid(self, number: str) -> str:
        if number not in self._sids:
            found = self._world.twilio("GET", f"{self._numbers}.json?PageSize=1000")
            listed = found["incoming_phone_numbers"]
            self._sids = {each["phone_number"]: each["sid"] for each in listed}
        if number not in self._sids:
            known = ", ".join(self._world.credentials.numbers)
            raise TrunklineError(f"{number} is not a number of the account, which has {known}.")
        return self._sids[number]
