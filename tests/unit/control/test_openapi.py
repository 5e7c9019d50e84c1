from __future__ import annotations

import json
import re

from tests.unit.control.fake_calls import CALL
from tests.unit.control.fake_consents import SERVICE
from tests.unit.control.fake_gateway import KEY
from tests.unit.control.support import ACCOUNT, REQUEST, SID, Client
from trunkline.control.openapi import openapi_document
from trunkline.control.resources import declared_operations

DOMAIN = "DN" + "0" * 32


async def test_the_document_is_served(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://127.0.0.1:8080/trunkline/v1"}]


def test_every_operation_is_described_in_words() -> None:
    document = openapi_document(declared_operations())
    described = [o for path in document["paths"].values() for o in path.values()]
    assert len(described) == len(declared_operations())
    assert all(o["summary"].endswith((".", "unreachable.")) for o in described)
    assert len({o["operationId"] for o in described}) == len(described)


def test_every_parameter_of_a_path_is_declared() -> None:
    for path, operations in openapi_document(declared_operations())["paths"].items():
        for operation in operations.values():
            declared = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
            assert declared == re.findall(r"\{(\w+)\}", path)


def test_every_reference_leads_somewhere() -> None:
    document = openapi_document(declared_operations())
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert references
    assert references <= set(document["components"]["schemas"])


def test_only_the_open_operations_need_no_token() -> None:
    document = openapi_document(declared_operations())
    is_open = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if operation.get("security") == []
    }
    assert is_open == {"/health", "/version", "/openapi.json"}
    assert document["security"] == [{"token": []}]


async def test_what_is_declared_is_what_is_served(client: Client) -> None:
    for path, operations in openapi_document(declared_operations())["paths"].items():
        for method in operations:
            if path in ("/events", "/consents/export"):  # which last as long as a client listens
                continue
            filled = path.format(
                number="+14155550123",
                sid=SID,
                call_sid=CALL,
                account_sid=ACCOUNT,
                id=REQUEST,
                short_code="12345",
                service_sid=SERVICE,
                domain_sid=DOMAIN,
                key_id=KEY,
            )
            answer = await client.call(method.upper(), filled, {})
            expected = (404,) if path.endswith("/heard") else (200, 201, 204, 422)
            assert answer.status in expected, (method, path)
