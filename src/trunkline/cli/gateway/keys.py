"""`trunkline keys`: keys of the gateway, for programs and agents."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

__all__ = ["app"]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def keys(
    context: typer.Context,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make, list and revoke keys of the gateway: trunkline keys create.

    A key works as API key of Maton's clients and as token of Membrane's. It belongs to a tenant, by
    which keys and connections are kept apart, and to one of its users, `default` if none is named.
    Without a subcommand, keys are listed.

        $ trunkline keys
          id                                    tenant   user     key       made (UTC)        …
          01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6  default  default  tlk_4fJx  2026-11-21 09:24  …
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        list_keys(context)


@app.command()
def create(
    context: typer.Context,
    tenant: Annotated[
        str | None,
        typer.Option(metavar="TENANT", help="Whose it is; else the world's name. Made if new."),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(metavar="USER", help="Which of the tenant's users; else default."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="What it is for, for people.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="TIME", help="How long it is good: 90d. Else for ever.")
    ] = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key. Its secrets are shown this once.

    With `--json`: `id`, `tenant`, `user`, `name`, `api_key` (Maton's clients: MATON_API_KEY),
    `token` (Membrane's: MEMBRANE_TOKEN), and `workspace_key` and `workspace_secret`, with which an
    application signs tokens for its own users. A new tenant belongs to the world of `--world`.

        $ trunkline keys create --tenant acme --name "support agent"
          Key               tlk_4fJxVQ3yq8r2YQ2m7xHc1kq0u3b4GZ5nP9sT6wE8aDk
          Token             pat-4fJxVQ3yq8r2YQ2m7xHc1kq0u3b4GZ5nP9sT6wE8aDk
          Workspace key     01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
          Workspace secret  Zr3…
          Tenant            acme, user default
          Id                01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
        $ export MATON_API_KEY=$(trunkline keys create --json | jq -r .api_key)
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import facts, moment, plain, print_json

    place = place_of(context, data, world, as_json)
    given = {"tenant": tenant, "user": user, "name": name, "expires_in": expires}
    asked = {key: value for key, value in given.items() if value is not None}
    found = Control(place.data, place.world).call("POST", "/gateway/keys", asked)
    if place.as_json:
        print_json(found)
        return
    shown = [
        ("Key", found["api_key"]),
        ("Token", found["token"]),
        ("Workspace key", found["workspace_key"]),
        ("Workspace secret", found["workspace_secret"]),
        ("Tenant", f"{found['tenant']}, user {found['user']}"),
        ("Id", found["id"]),
    ]
    if found["expires_at"]:
        shown.append(("Good until", moment(found["expires_at"])))
    facts((head, plain(value)) for head, value in shown)


@app.command("list")
def list_keys(
    context: typer.Context,
    tenant: Annotated[
        str | None, typer.Option(metavar="TENANT", help="Only those of this tenant.")
    ] = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """List keys, the oldest first: of each, what it starts with.

    $ trunkline keys list --tenant acme
      id                                    tenant  user     key       made (UTC)        …
      01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6  acme    default  tlk_4fJx  2026-11-21 09:24  …
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import plain, print_json, table

    place = place_of(context, data, world, as_json)
    found = Control(place.data, place.world).get("/gateway/keys", tenant=tenant)
    if place.as_json:
        print_json(found)
        return
    rows = [
        [
            key["id"],
            plain(key["tenant"]),
            plain(key["user"]),
            plain(key["hint"]),
            _minute(key["created_at"]),
            _minute(key["last_used_at"]),
            _state(key),
            plain(key["name"]),
        ]
        for key in found["keys"]
    ]
    if rows:
        heads = ["id", "tenant", "user", "key", "made (UTC)", "used", "state", "name"]
        table(heads, rows, mark=6)
    else:
        print("There are no keys: make one with `trunkline keys create`.")


@app.command()
def revoke(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as the list shows it.")],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke a key. It is refused at once, and so are tokens that its secret signed.

    $ trunkline keys revoke 01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6
    01a1fd6b-a1d5-2c01-a3f0-5d8be1b2c4d6 is revoked.
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import plain, print_json

    place = place_of(context, data, world, as_json)
    path = f"/gateway/keys/{quote(key, safe='')}"
    found = Control(place.data, place.world).call("DELETE", path)
    if place.as_json:
        print_json(found)
    else:
        print(f"{plain(key)} is revoked.")


def _minute(stamp: str | None) -> str:
    from trunkline.cli.show import moment

    return moment(stamp)[:16] if stamp else "—"


def _state(key: dict[str, Any]) -> str:
    from datetime import UTC, datetime

    if key["revoked_at"]:
        return "revoked"
    ends = key["expires_at"]
    if ends is None:
        return "ok"
    over = datetime.fromisoformat(ends) <= datetime.now(UTC)
    return "expired" if over else f"ok until {_minute(ends)[:10]}"
