"""Configuration: environment variables that start with TRUNKLINE_, each with a default."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["CarrierRoute", "Settings", "default_data_dir"]


def default_data_dir() -> Path:
    """The data folder when none is named: `~/.local/share/trunkline` (XDG)."""
    import os

    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "trunkline"


class CarrierRoute(BaseModel):
    """A carrier other than the virtual one, and the numbers that it serves."""

    name: str = Field(description="Name of the carrier, unique, as `why` and events show it")
    factory: str = Field(description="`package.module:callable` that makes the carrier")
    prefixes: list[str] = Field(description="E.164 prefixes of the recipients it serves")
    options: dict[str, str] = Field(default_factory=dict, description="Given to the factory")


class Settings(BaseSettings):
    """Everything that can be configured. docs/configuration.md is generated from this class."""

    model_config = SettingsConfigDict(env_prefix="TRUNKLINE_", extra="ignore")

    data: Path = Field(
        default_factory=default_data_dir, description="Data folder: database, keys, logs"
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(
        default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one"
    )
    public_url: str | None = Field(
        default=None, description="Scheme and host that clients use, for absolute links"
    )
    trust_forwarded: bool = Field(
        default=False, description="Believe X-Forwarded-Proto and X-Forwarded-Host (behind a proxy)"
    )
    database_url: str | None = Field(
        default=None, description="PostgreSQL 15 or later instead of the embedded one"
    )
    mode: Literal["development", "production"] = Field(
        default="development", description="Production: one world whose clock cannot be moved"
    )
    max_concurrent_requests: int = Field(
        default=400, ge=1, description="Requests of one account at once before 429"
    )
    max_body_bytes: int = Field(default=1 << 20, ge=1024, description="Largest request body")
    commit_writers: int = Field(default=1, ge=1, le=8, description="Group commits at the same time")
    commit_batch: int = Field(default=128, ge=1, description="Requests in one group commit at most")
    commit_waiting: int = Field(
        default=4000, ge=1, description="Requests that wait for a commit at most"
    )
    lease_seconds: float = Field(
        default=10.0, gt=0, description="How long a silent node keeps its work"
    )
    receipt_deadline_seconds: float = Field(
        default=259200.0,
        gt=0,
        description="In doubt for so long without a receipt: undelivered, 30008",
    )
    schedule_least_seconds: int = Field(
        default=300, ge=0, description="How far ahead SendAt must be at least"
    )
    schedule_most_seconds: int = Field(
        default=3_024_000, gt=0, description="How far ahead SendAt may be at most: 35 days"
    )
    media_timeout_seconds: float = Field(default=15.0, gt=0, description="To fetch one media URL")
    blob_url: str | None = Field(
        default=None,
        description="Where media files are kept instead of the data folder: `file:///folder`, or "
        "`s3://bucket/prefix` with the AWS_… variables of other programs",
    )
    strict_numbers: bool = Field(
        default=False, description="Refuse recipients that libphonenumber calls invalid"
    )
    map: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Public addresses of apps and where they are, separated by blanks: "
        "`https://api.example.com=http://127.0.0.1:3000`",
    )
    webhook_private_networks: bool | None = Field(
        default=None,
        description="Let webhooks and media URLs reach private addresses; by default in "
        "development only",
    )
    webhook_log_days: int = Field(
        default=90,
        ge=0,
        description="Requests to apps and alerts are kept so long at least, and dropped by the "
        "month; 0 keeps them",
    )
    speech_engine: Literal["auto", "none", "hosted", "piper", "flite", "espeak-ng", "espeak"] = (
        Field(
            default="auto",
            description="What speaks Say's texts; `auto`: the hosted one if TRUNKLINE_SPEECH_URL "
            "names it, else the best of this machine. `espeak` is the package espeakng-loader",
        )
    )
    speech_url: str | None = Field(
        default=None,
        description="A hosted speech engine that answers as OpenAI's `/v1/audio/speech`",
    )
    speech_key: SecretStr | None = Field(
        default=None, description="Sent to TRUNKLINE_SPEECH_URL as a bearer token"
    )
    speech_model: str = Field(default="tts-1", description="The model TRUNKLINE_SPEECH_URL is for")
    speech_voice: str = Field(
        default="alloy",
        description="The voice that TRUNKLINE_SPEECH_URL is asked for; empty: Say's own",
    )
    speech_piper_voices: Path | None = Field(
        default=None,
        description="A folder of piper's voices (`en_US-amy-medium.onnx`, and `.onnx.json` beside)",
    )
    speech_workers: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Processes at most for texts, and as many for audio files; 0: by the cores",
    )
    speech_cache_megabytes: int = Field(
        default=500, ge=10, description="Rendered texts and converted audio kept on disk at most"
    )
    gateway_master_key: SecretStr | None = Field(
        default=None,
        description="Master keys of the gateway's vault, `VERSION:BASE64 …`, the newest last; "
        "instead of the file",
    )
    gateway_master_key_file: Path | None = Field(
        default=None,
        description="The file of the vault's master keys; by default `vault.keys` in the data "
        "folder, which is made",
    )
    gateway_master_key_command: str | None = Field(
        default=None,
        description="A command that prints the vault's master keys: a key management service",
    )
    gateway_default_connection: Literal["oldest", "newest"] = Field(
        default="oldest",
        description="Which active connection of an app is used where a request names none",
    )
    gateway_key_rate: float | None = Field(
        default=None,
        ge=0,
        description="Requests a second of one gateway key; 0: no limit. By default 0 in "
        "development, 50 in production",
    )
    gateway_connection_rate: float | None = Field(
        default=None,
        ge=0,
        description="Requests a second of one connection; 0: no limit. By default 0 in "
        "development, 50 in production",
    )
    gateway_domain: str | None = Field(
        default=None,
        description="A domain whose hosts `api.`, `ctrl.`, `gateway.`, `connect.` and `membrane.` "
        "are the gateway",
    )
    gateway_max_body_bytes: int = Field(
        default=10 << 20, ge=1024, description="Largest request body that the gateway passes on"
    )
    gateway_max_answer_bytes: int = Field(
        default=100 << 20, ge=1024, description="Largest answer that the gateway passes on"
    )
    gateway_connect_seconds: float = Field(
        default=10.0, gt=0, description="How long the gateway tries to connect to a provider"
    )
    gateway_timeout_seconds: float = Field(
        default=60.0, gt=0, description="How long the gateway waits while a provider says nothing"
    )
    gateway_private_networks: bool | None = Field(
        default=None,
        description="Let connections lead to private addresses; by default in development only",
    )
    carriers: list[CarrierRoute] = Field(
        default_factory=list, description="Carriers beside the virtual one, as JSON"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level written to the log file"
    )

    @field_validator("map", mode="before")
    @classmethod
    def _split_map(cls, value: object) -> object:
        """A list as JSON, as the command line gives it, or words, as people write it."""
        if not isinstance(value, str):
            return value
        return json.loads(value) if value.lstrip().startswith("[") else value.split()
