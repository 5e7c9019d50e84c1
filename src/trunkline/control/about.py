"""What anybody may ask: does it work, which version is it, what can it do."""

from __future__ import annotations

import msgspec

from trunkline import __version__
from trunkline.control.openapi import openapi_document
from trunkline.control.operation import Call, Nothing, Operation, operation
from trunkline.control.platform import ControlledPlatform

__all__ = ["About", "Health", "Version"]


class Health(msgspec.Struct):
    """The platform works."""

    status: str


class Version(msgspec.Struct):
    """The version of the program."""

    version: str


class About:
    """The operations that need no token."""

    def __init__(self, platform: ControlledPlatform, operations: list[Operation]) -> None:
        self._platform = platform
        self._operations = operations

    @operation("GET", "/health", answers=Health, is_open=True, in_world=False)
    async def fetch_health(self, call: Call, _: Nothing) -> Health:
        """Say whether the platform works: 200, or 503 while the database cannot be reached."""
        await self._platform.database.fetchval("SELECT 1")
        return Health("ok")

    @operation("GET", "/version", answers=Version, is_open=True, in_world=False)
    async def fetch_version(self, call: Call, _: Nothing) -> Version:
        """Show the version of the program."""
        return Version(__version__)

    @operation("GET", "/openapi.json", answers=dict, is_open=True, in_world=False)
    async def fetch_openapi(self, call: Call, _: Nothing) -> dict[str, object]:
        """Show this API as an OpenAPI document."""
        return openapi_document(self._operations, call.base_url)
