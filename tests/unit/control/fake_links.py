"""Domains and links of a platform that only remembers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from trunkline.messaging.links.manage_domains import DomainTaken, InvalidDomain
from trunkline.messaging.links.read_links import SeenClick, SeenLink

__all__ = ["FakeDomains", "read_links"]

MOMENT = datetime(2026, 3, 4, tzinfo=UTC)


class FakeDomains:
    """Domains by name; `taken.example` is somebody else's."""

    def __init__(self) -> None:
        self.names = {f"DN{0:032x}": "first.example"}

    async def create(self, account: Any, name: str) -> str:
        if " " in name:
            raise InvalidDomain("A domain is a host name.")
        if name == "taken.example":
            raise DomainTaken("This world has taken.example already.")
        self.names[f"DN{len(self.names):032x}"] = name
        return list(self.names)[-1]

    async def delete(self, world_id: str, sid: str) -> bool:
        return self.names.pop(sid, None) is not None

    async def listed(self, world_id: str) -> list[dict[str, Any]]:
        return [
            {"id": UUID(sid[2:]), "account_id": UUID(int=0), "domain_name": name, "services": []}
            for sid, name in self.names.items()
        ]


async def read_links(_world_id: str, _sid: str) -> list[SeenLink]:
    """One link that was followed once."""
    return [
        SeenLink(
            url="https://shop.example/",
            media_part=None,
            created_at=MOMENT,
            expires_at=MOMENT,
            clicks=1,
            clicked=[SeenClick("Phone/1", MOMENT)],
        )
    ]
