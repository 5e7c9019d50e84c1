"""A messaging service of a node's account: its row, and what is in memory of it."""

from __future__ import annotations

from typing import Any

from tests.unit.messaging.node import NUMBER, Node, own_number
from trunkline.messaging.services.model import PoolSender, Service

__all__ = ["SECOND", "SERVICE_APP", "make_service"]

SECOND = "+12065550100"
SERVICE_APP = "https://service.example/in"


async def make_service(node: Node, **changes: Any) -> Service:
    """A service with `NUMBER` and `SECOND` in its pool; `changes` are its settings."""
    values: dict[str, Any] = {
        "sid": node.sids.new("MG"),
        "account_sid": f"AC{node.account_id}",
        "world_id": node.world_id,
        "inbound_request_url": SERVICE_APP,
        "inbound_method": "GET",
        "fallback_url": "https://service.example/fallback",
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": True,
        "area_code_geomatch": True,
        "validity_period": 36_000,
        "use_inbound_webhook_on_number": False,
        "senders": tuple(
            PoolSender(kind="number", sid="PN" + "0" * 32, sender=n) for n in (NUMBER, SECOND)
        ),
    }
    made = Service(**{**values, **changes})
    node.services.known = [made]
    node.numbers.others = [own_number(node.account_id, phone_number=SECOND)]
    columns = await node.database.fetch(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = 'messaging_services' AND is_nullable = 'NO'"
    )
    kinds = {"text": "'x'", "boolean": "true", "integer": "1"}
    names = [row["column_name"] for row in columns]
    given = {
        "id": f"'{made.sid[2:]}'",
        "account_id": f"'{node.account_id}'",
        "world_id": f"'{node.world_id}'",
    }
    filled = [given.get(r["column_name"]) or kinds.get(r["data_type"], "now()") for r in columns]
    await node.database.execute(
        f"INSERT INTO messaging_services ({', '.join(names)}) VALUES ({', '.join(filled)})"
    )
    return made
