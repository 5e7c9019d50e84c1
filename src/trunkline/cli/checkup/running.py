"""The platform that runs: what it says of itself, and whether that is as it should be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trunkline import __version__
from trunkline.cli.checkup.finding import Finding, bad, gigabytes, ok, warn
from trunkline.control.durations import format_duration

__all__ = ["check_database_url", "check_running"]

SLOW_MILLISECONDS = 50.0
SKEW_SECONDS = 1.0
MANY_WAIT = 100_000
BUSY = 0.9  # of the connections


def check_running(status: dict[str, Any], base_url: str) -> Iterator[Finding]:
    """From the answer to `GET /status`."""
    process = status["process"]
    since = format_duration(timedelta(seconds=round(process["uptime_seconds"])))
    memory = process["memory_bytes"]
    told = f"runs at {base_url} for {since or '0s'}, process {process['pid']}"
    yield ok("platform", told + (f", {gigabytes(memory)} of memory" if memory else ""))
    yield from _versions(status)
    yield from _database(status["database"])
    yield from _clocks(status)
    yield from _queues(status)


def _versions(status: dict[str, Any]) -> Iterator[Finding]:
    if status["version"] != __version__:
        yield warn(
            "running version",
            f"The platform that runs is {status['version']}, and this program {__version__}.",
            "Start the platform again.",
        )
    else:
        yield ok("running version", f"{__version__}, Python {status['process']['python']}")


def _database(found: dict[str, Any]) -> Iterator[Finding]:
    where = "embedded" if found["embedded"] else "of TRUNKLINE_DATABASE_URL"
    told = (
        f"PostgreSQL {found['version']}, {where}, {gigabytes(found['size_bytes'])}, answers in "
        f"{found['milliseconds']:g} ms"
    )
    if found["milliseconds"] > SLOW_MILLISECONDS:
        yield warn("database", f"{told}.", "See what else the machine, or that server, does.")
    else:
        yield ok("database", told)
    if found["schema_version"] != found["newest_schema"]:
        yield bad(
            "schema",
            f"It is {found['schema_version']}, and the program works with "
            f"{found['newest_schema']}.",
            "Start the platform again: it brings the schema up to date.",
        )
    else:
        yield ok("schema", f"{found['schema_version']}, the newest")
    if found["connections"] > BUSY * found["most_connections"]:
        yield warn(
            "connections",
            f"{found['connections']} of {found['most_connections']} are in use.",
            "It has more to do than the database can: send less at once.",
        )


def _clocks(status: dict[str, Any]) -> Iterator[Finding]:
    ahead = status["database"]["clock_ahead_seconds"]
    platform = (datetime.fromisoformat(status["now"]) - datetime.now(UTC)).total_seconds()
    for name, skew in (("database", ahead), ("platform", platform)):
        if abs(skew) > SKEW_SECONDS:
            where = "ahead of" if skew > 0 else "behind"
            yield warn(
                f"clock of the {name}",
                f"It is {abs(skew):.1f} seconds {where} this machine's.",
                "Set both by NTP.",
            )
    moved = [world for world in status["worlds"] if world["ahead_seconds"]]
    if moved:
        named = ", ".join(f"{world['name']} {_span(world['ahead_seconds'])}" for world in moved[:5])
        more = f" and {len(moved) - 5} more" if len(moved) > 5 else ""
        yield ok("clocks of worlds", f"moved by hand: {named}{more}")
    else:
        yield ok("clocks of worlds", "real time")


def _queues(status: dict[str, Any]) -> Iterator[Finding]:
    queues = status["queues"]
    told = f"{queues['messages']:,} messages and {queues['requests']:,} requests to apps wait"
    if max(queues["messages"], queues["requests"]) > MANY_WAIT:
        busiest = max(
            status["worlds"], key=lambda each: each["messages_waiting"] + each["requests_waiting"]
        )
        yield warn("queues", f"{told}, most in world {busiest['name']}.", "Send less at once.")
    else:
        yield ok("queues", told)
    if queues["in_doubt"]:
        yield warn(
            "in doubt",
            f"{queues['in_doubt']:,} messages were given to a carrier, and nobody knows if it "
            f"took them.",
            "They are not sent again; `trunkline why SID` tells until when a receipt is awaited.",
        )


def _span(seconds: float) -> str:
    return format_duration(timedelta(seconds=round(abs(seconds)))) + (
        " ahead" if seconds > 0 else " behind"
    )


def check_settings(data: Path) -> Iterator[Finding]:
    """The variables that the platform would read, as they are here."""
    from trunkline.server.settings_trouble import SettingsError, ValidationError, settings_trouble
    from trunkline.settings import Settings

    try:
        Settings(data=data)
    except (ValidationError, SettingsError) as error:
        yield bad("settings", settings_trouble(error), "Set it right: `trunkline up` refuses it.")


def check_database_url() -> Iterator[Finding]:
    """The server of TRUNKLINE_DATABASE_URL, asked from here, while no platform runs."""
    url = os.environ.get("TRUNKLINE_DATABASE_URL")
    if not url:
        return
    import asyncio

    yield asyncio.run(_ask(url))


async def _ask(url: str) -> Finding:
    import asyncpg

    from trunkline.store.database import UNREACHABLE
    from trunkline.store.migrate import current_version, head_version

    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (*UNREACHABLE, asyncpg.PostgresError, ValueError, TimeoutError) as error:
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        return bad(
            "database", f"It cannot be reached: {reason}.", "Look at TRUNKLINE_DATABASE_URL."
        )
    try:
        version = ".".join(map(str, connection.get_server_version()[:2]))
        schema = await current_version(connection)
    finally:
        await connection.close()
    if schema is not None and schema > head_version():
        return bad(
            "database",
            f"Its schema is {schema}, newer than this program's {head_version()}.",
            "Start the newer program, or restore an older backup.",
        )
    return ok("database", f"PostgreSQL {version}, schema {schema or 'none yet'}")
