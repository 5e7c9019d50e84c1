"""The declared parameters of the content operations. Bodies are JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trunkline.messaging.content.content_types import checked_types
from trunkline.messaging.content.languages import is_language
from trunkline.messaging.content.variables import checked_defaults
from trunkline.rest import catalogue
from trunkline.rest.json_body import FreeObject
from trunkline.rest.parameters import Choice, Instant, Integer, Text, declared, parameter

__all__ = [
    "CreateApprovalParameters",
    "CreateContentParameters",
    "SearchContentParameters",
    "UpdateContentParameters",
]

LONGEST_NAME = 450
LONGEST_PATTERN = 200


@dataclass(frozen=True, slots=True)
class Language:
    """A language code: ISO 639, and perhaps a region, as `en`, `en_GB` or `zh-HK`."""

    def parse(self, name: str, raw: str) -> str:
        if not is_language(raw):
            raise catalogue.CONTENT_LANGUAGE_INVALID()
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": 16}


class Types(FreeObject):
    """Content types by name, each with its fields."""

    def parse_json(self, name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise catalogue.CONTENT_TYPES_REQUIRED()
        return checked_types(value)


class Defaults(FreeObject):
    """Texts by the name of a variable."""

    def parse_json(self, name: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise catalogue.CONTENT_DEFAULTS_INVALID()
        return checked_defaults(value)


@dataclass(frozen=True, slots=True)
class WhatsAppName:
    """Small letters, digits and underscores."""

    def parse(self, name: str, raw: str) -> str:
        if not re.fullmatch(r"[a-z0-9_]{1,512}", raw):
            raise catalogue.INVALID_PARAMETER(
                name=name, reason="only small letters, digits and underscores"
            )
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z0-9_]{1,512}$"}


@declared
class UpdateContentParameters:
    """What a template is to be."""

    types: dict[str, dict[str, Any]] = parameter(
        "types", Types(), "What it says, by content type; at least one."
    )
    language: str | None = parameter("language", Language(), "The language, such as `en`.")
    friendly_name: str | None = parameter(
        "friendly_name", Text(LONGEST_NAME), "A name that recipients do not see."
    )
    variables: dict[str, str] | None = parameter(
        "variables", Defaults(), "What counts for a variable that a message gives no value for."
    )

    @staticmethod
    def presence(document: Mapping[str, Any]) -> None:
        if not document.get("types"):
            raise catalogue.CONTENT_TYPES_REQUIRED()


@declared
class CreateContentParameters(UpdateContentParameters):
    """A new template."""

    @staticmethod
    def presence(document: Mapping[str, Any]) -> None:
        if not document.get("types"):
            raise catalogue.CONTENT_TYPES_REQUIRED()
        if not document.get("language"):
            raise catalogue.CONTENT_LANGUAGE_REQUIRED()


@declared
class CreateApprovalParameters:
    """What WhatsApp is asked to approve."""

    name: str = parameter("name", WhatsAppName(), "The template's name at WhatsApp.")
    category: str = parameter(
        "category", Choice(("UTILITY", "MARKETING", "AUTHENTICATION")), "What it is for."
    )
    send_ttl_seconds: int | None = parameter(
        "send_ttl_seconds", Integer(1, 2_592_000), "Accepted: no effect."
    )

    @staticmethod
    def presence(document: Mapping[str, Any]) -> None:
        for name in ("name", "category"):
            if not document.get(name):
                raise catalogue.INVALID_PARAMETER(name=name, reason="required")


@declared
class SearchContentParameters:
    """Filters. A pattern is a regular expression, found anywhere, in any case."""

    sort_by_date: str | None = parameter(
        "SortByDate", Choice(("asc", "desc"), fold=True), "By the time of the last change."
    )
    sort_by_name: str | None = parameter(
        "SortByContentName", Choice(("asc", "desc"), fold=True), "By name."
    )
    created_after: datetime | None = parameter("DateCreatedAfter", Instant(), "Made then or later.")
    created_before: datetime | None = parameter(
        "DateCreatedBefore", Instant(), "Made then or earlier."
    )
    name: str | None = parameter("ContentName", Text(LONGEST_PATTERN), "A pattern of the name.")
    content: str | None = parameter(
        "Content", Text(LONGEST_PATTERN), "A pattern of a text that the content types hold."
    )
    languages: Sequence[str] = parameter("Language", Text(16), "One of these languages.", many=True)
    types: Sequence[str] = parameter(
        "ContentType", Text(64), "With one of these content types.", many=True
    )
    eligibility: Sequence[str] = parameter(
        "ChannelEligibility", Text(64), "One of `<channel>:<status>`.", many=True
    )
