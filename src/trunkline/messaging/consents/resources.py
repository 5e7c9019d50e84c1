"""`https://accounts.twilio.com/v1/Consents/Bulk`: tell what people said elsewhere, many at once."""

from __future__ import annotations

from typing import Any

import msgspec

from trunkline.messaging.consents.import_consents import ImportConsents
from trunkline.messaging.consents.model import SOURCES
from trunkline.messaging.consents.read_row import BadConsent, ConsentRow
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, operation
from trunkline.rest.parameters import declared, parameter

__all__ = ["BulkConsents", "ConsentResult", "ConsentResults"]

INVALID = 30646  # Twilio, error dictionary: consent management, an invalid request
MOST_ITEMS = 1_000
MOST_CORRELATION = 64
FIELDS = frozenset(
    {"contact_id", "correlation_id", "sender_id", "status", "source", "date_of_consent"}
)
WRONG = {
    "recipient": "INVALID_CONTACT_ID",
    "sender": "INVALID_SENDER_ID",
    "status": "INVALID_STATUS",
    "source": "INVALID_SOURCE",
    "consented_at": "INVALID_DATE_OF_CONSENT",
    "correlation_id": "INVALID_CORRELATION_ID",
}


class ConsentResult(msgspec.Struct, frozen=True):
    """What became of an item; `error_code` is 0 for one that was taken."""

    correlation_id: str | None
    error_code: int
    error_messages: list[str]


class ConsentResults(msgspec.Struct, frozen=True):
    """What became of each item, in order."""

    items: list[ConsentResult]


class ConsentItem:
    """A JSON object in a form field."""

    def parse(self, name: str, raw: str) -> dict[str, Any]:
        """The object, or INVALID_PARAMETER."""
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise catalogue.INVALID_PARAMETER(name=name, reason="not a JSON object")
        return value

    def schema(self) -> dict[str, Any]:
        """The OpenAPI schema."""
        return {}


@declared
class NewConsents:
    """The form of CreateBulkConsents."""

    items: tuple[dict[str, Any], ...] = parameter(
        "Items", ConsentItem(), "Objects that say who wants whose messages.", many=True
    )


class BulkConsents:
    """Consents that an account was given elsewhere. Each item is taken or refused by itself."""

    def __init__(self, imports: ImportConsents) -> None:
        self._imports = imports

    @operation(
        "CreateBulkConsents",
        "POST",
        "/v1/Consents/Bulk",
        product="accounts",
        parameters=NewConsents,
        returns=ConsentResults,
        formats=("json",),
    )
    async def create_bulk_consents(self, call: Call, parameters: NewConsents) -> ConsentResults:
        """Tell whether people opted in to messages, or out of them."""
        if not parameters.items:
            raise catalogue.INVALID_PARAMETER(name="Items", reason="missing")
        if len(parameters.items) > MOST_ITEMS:
            reason = f"more than {MOST_ITEMS} items"
            raise catalogue.INVALID_PARAMETER(name="Items", reason=reason)
        rows: list[ConsentRow] = []
        results: list[ConsentResult] = []
        for item in parameters.items:
            correlation_id = item.get("correlation_id")
            wrong = _wrong_correlation(correlation_id)
            try:
                row = self._imports.read(call.account, _values(item))
            except BadConsent as error:
                wrong = [*_names(error), *wrong]
            else:
                if not wrong:
                    rows.append(row)
            told = None if WRONG["correlation_id"] in wrong else correlation_id
            results.append(ConsentResult(told, INVALID if wrong else 0, wrong))
        await self._imports.write(call.account, rows, method="api", caller=call.caller)
        return ConsentResults(results)


def _values(item: dict[str, Any]) -> dict[str, Any]:
    """The item as a row. Its status is one of two words here, and its source is required."""
    values = {name: item.get(name) for name in FIELDS - {"correlation_id"}}
    if values["status"] not in ("opt-in", "opt-out"):
        values["status"] = "?"
    if values["source"] not in SOURCES:
        values["source"] = "?"
    return values


def _wrong_correlation(value: object) -> list[str]:
    good = isinstance(value, str) and 0 < len(value) <= MOST_CORRELATION and value.isprintable()
    return [] if good else [WRONG["correlation_id"]]


def _names(error: BadConsent) -> list[str]:
    return sorted({WRONG.get(column, "INVALID_REQUEST") for column, _ in error.problems})
