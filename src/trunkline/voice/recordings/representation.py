"""Recordings as the API shows them: keys, types and order of the official examples."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from trunkline.rest.dates import rfc2822
from trunkline.voice.recordings.finish_recording import audio_url

__all__ = [
    "CallRecording",
    "ConferenceRecording",
    "Recording",
    "RecordingLinks",
    "call_recording",
    "conference_recording",
    "recording",
]

API_VERSION = "2010-04-01"


class RecordingLinks(msgspec.Struct):
    """Where the parts of a recording are."""

    add_on_results: str
    transcriptions: str


class Recording(msgspec.Struct):
    """A recording in the list of its account."""

    account_sid: str
    api_version: str
    call_sid: str
    conference_sid: str | None
    channels: int
    date_created: str | None
    date_updated: str | None
    start_time: str | None
    price: str | None
    price_unit: str | None
    duration: str | None
    sid: str
    source: str
    status: str
    error_code: int | None
    uri: str
    subresource_uris: RecordingLinks
    encryption_details: None
    media_url: str


class CallRecording(msgspec.Struct):
    """A recording in the list of its call."""

    xml_name: ClassVar[str] = "Recording"

    account_sid: str
    api_version: str
    call_sid: str
    conference_sid: str | None
    channels: int
    date_created: str | None
    date_updated: str | None
    start_time: str | None
    price: str | None
    price_unit: str | None
    duration: str | None
    sid: str
    source: str
    status: str
    error_code: int | None
    encryption_details: None
    track: str
    uri: str


class ConferenceRecording(msgspec.Struct):
    """A recording in the list of its conference."""

    xml_name: ClassVar[str] = "Recording"

    account_sid: str
    api_version: str
    call_sid: str
    conference_sid: str | None
    channels: int
    date_created: str | None
    date_updated: str | None
    start_time: str | None
    price: str | None
    price_unit: str | None
    duration: str | None
    sid: str
    source: str
    status: str
    error_code: int | None
    encryption_details: None
    uri: str


def recording(row: Any, base_url: str) -> Recording:
    """As its account lists it; `base_url` is what the address of its audio begins with."""
    facts = _facts(row)
    path = f"/{API_VERSION}/Accounts/{facts['account_sid']}/Recordings/{facts['sid']}"
    return Recording(
        **facts,
        uri=f"{path}.json",
        subresource_uris=RecordingLinks(
            add_on_results=f"{path}/AddOnResults.json",
            transcriptions=f"{path}/Transcriptions.json",
        ),
        media_url=audio_url(base_url, row["account_id"].hex, facts["sid"]),
    )


def call_recording(row: Any) -> CallRecording:
    """As its call lists it."""
    facts = _facts(row)
    path = f"/{API_VERSION}/Accounts/{facts['account_sid']}/Calls/{facts['call_sid']}"
    return CallRecording(**facts, track=row["track"], uri=f"{path}/Recordings/{facts['sid']}.json")


def conference_recording(row: Any) -> ConferenceRecording:
    """As its conference lists it."""
    facts = _facts(row)
    path = f"/{API_VERSION}/Accounts/{facts['account_sid']}/Conferences/{facts['conference_sid']}"
    return ConferenceRecording(**facts, uri=f"{path}/Recordings/{facts['sid']}.json")


def _facts(row: Any) -> dict[str, Any]:
    conference_id, duration = row["conference_id"], row["duration"]
    return {
        "account_sid": f"AC{row['account_id'].hex}",
        "api_version": API_VERSION,
        "call_sid": f"CA{row['call_id'].hex}",
        "conference_sid": None if conference_id is None else f"CF{conference_id.hex}",
        "channels": row["channels"],
        "date_created": rfc2822(row["created_at"]),
        "date_updated": rfc2822(row["updated_at"]),
        "start_time": rfc2822(row["created_at"]),
        "price": None,
        # Named with a price alone: of what goes on there is none.
        "price_unit": None if duration is None else "USD",
        "duration": None if duration is None else str(duration),
        "sid": f"RE{row['id'].hex}",
        "source": row["source"],
        "status": row["status"],
        "error_code": row["error_code"],
        "encryption_details": None,
    }
