"""`trunkline audit`: who did what by the gateway."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.options import DataOption, JsonOption, Place, place_of

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def audit(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List who did what by the gateway, and verify that nobody changed the list.

    Every call is in it, and every change of connections and keys: who, by which connection, what,
    how it ended, how long it took, how many bytes. Paths are without ids and without queries; no
    bodies are kept. Without a subcommand, the newest entries are listed.

        $ trunkline audit
    """
    context.obj = Place(data, as_json=as_json)
    if context.invoked_subcommand is None:
        list_entries(context)


@app.command("list")
def list_entries(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(metavar="TENANT", help="Only its.")] = None,
    connection: Annotated[
        str | None, typer.Option(metavar="ID", help="Only by this connection.")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="ID", help="Only with this key.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Only these: proxy, refused, connection, key, sign_in …"),
    ] = None,
    refused: Annotated[
        bool,
        typer.Option("--refused", help="Only what was refused or failed.", show_default=False),
    ] = False,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only since: 1h, 2026-11-21T08:30 (UTC).")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only before: 1h, 2026-11-21T08:30 (UTC).")
    ] = None,
    before: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only those before entry N.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Newest entries to show.")] = 20,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List entries, the newest last. Times are real, in UTC.

    With `--json` the newest are first, and `next` is what `--before` takes for the page after.

        $ trunkline audit list --since 1h --refused
          n   time (UTC)               who           what        how     status  took   by
          41  2026-11-21 09:24:11.861  acme/default  POST /2010-04-01/Accounts/{sid}/Messages.json …
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    place = place_of(context, data, as_json=as_json)
    found = Control(place.data).get(
        "/gateway/audit",
        tenant=tenant,
        connection_id=connection,
        key_id=key,
        kind=kind,
        refused="true" if refused else None,
        since=_moment(since, "--since"),
        until=_moment(until, "--until"),
        before=before,
        limit=limit,
    )
    if place.as_json:
        print_json(found)
    elif found["entries"]:
        _print_entries(found["entries"])
    else:
        print("There are no such entries.")


@app.command()
def verify(
    context: typer.Context,
    first: Annotated[int, typer.Option(metavar="N", min=1, help="The entry to begin with.")] = 1,
    last: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="The entry to end with; else the newest.")
    ] = None,
    anchor: Annotated[
        str | None,
        typer.Option(
            metavar="N:HASH", help="What an earlier `verify` told: it has to be so still."
        ),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell whether the log is as it was written; if not, exit code 1 and the first broken entry.

    Each entry holds a hash of itself and of the one before it. Whoever owns the database can
    rewrite all of it; so note the number and the hash that this prints somewhere else, and give
    them the next time.

        $ trunkline audit verify
        5213 entries are as they were written, 1 to 5213.
        Note: 5213:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        $ trunkline audit verify --anchor 5213:9f86d081884c7d659a2feaa0c55ad015…
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    place = place_of(context, data, as_json=as_json)
    query: dict[str, Any] = {"first": first, "last": last}
    if anchor is not None:
        seq, _, noted = anchor.partition(":")
        if not (seq.isascii() and seq.isdigit()) or len(noted) != 64:
            raise Failure("An anchor is N:HASH, as `trunkline audit verify` prints it.")
        query |= {"anchor_seq": seq, "anchor_hash": noted}
    found = Control(place.data).call("GET", "/gateway/audit/verify", query=query, seconds=None)
    broken = found["broken"]
    if place.as_json:
        print_json(found)
        if broken:
            raise typer.Exit(1)
        return
    if broken:
        raise Failure(f"Entry {broken['seq']} is not as it was written. {broken['reason']}")
    if not found["entries"]:
        print("There are no entries.")
        return
    whole = "entry is as it was" if found["entries"] == 1 else "entries are as they were"
    print(f"{found['entries']} {whole} written, {found['first']} to {found['last']}.")
    print(f"Note: {found['last']}:{found['hash']}")


def _print_entries(entries: list[dict[str, Any]]) -> None:
    from trunkline.cli.show import moment, plain, table

    rows = []
    for entry in reversed(entries):
        who = "/".join(filter(None, (entry["tenant"], entry["user"]))) or "—"
        what = " ".join(filter(None, (entry["method"], entry["path_template"]))) or "—"
        took = entry["milliseconds"]
        rows.append(
            [
                str(entry["seq"]),
                moment(entry["at"]),
                plain(who),
                plain(entry["kind"]),
                str(entry["status"] or "—"),
                "—" if took is None else f"{took:.0f} ms",
                plain(entry["code"] or "—"),
                plain(what),
            ]
        )
    table(["n", "time (UTC)", "who", "kind", "status", "took", "refused", "what"], rows)


def _moment(text: str | None, option: str) -> str | None:
    """A time of the user's as ISO 8601; a length of time is that long ago. Raises Failure."""
    from datetime import UTC, datetime

    from trunkline.control.durations import parse_duration

    if text is None:
        return None
    try:
        moment = datetime.now(UTC) - parse_duration(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Failure(
                f"{option} is '{text[:100]}', and a time is written 1h, 2026-11-21 or"
                " 2026-11-21T08:30."
            ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
