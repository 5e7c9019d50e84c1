"""The generated documents say what the program does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trunkline.server.compose import resource_classes
from trunkline.server.documents import documents
from trunkline.settings import Settings

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.mark.parametrize("name", sorted(documents()))
def test_a_committed_document_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == documents()[name], "run `make docs`"


def test_every_setting_is_documented() -> None:
    text = documents()["configuration.md"]
    for name, field in Settings.model_fields.items():
        assert f"`TRUNKLINE_{name.upper()}`" in text
        assert field.description


def test_the_openapi_documents_have_every_operation_once() -> None:
    twilio = json.loads(documents()["openapi/twilio.json"])
    found = [
        operation["operationId"]
        for item in twilio["paths"].values()
        for method, operation in item.items()
        if method in ("get", "post", "delete")
    ]
    assert len(found) == len(set(found))
    assert "CreateMessage" in found
    assert len(resource_classes()) == len(set(resource_classes()))
