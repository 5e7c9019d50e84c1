"""`trunkline search`: find connectors and actions of a gateway."""

from __future__ import annotations

from typing import Annotated

import typer

from trunkline.cli.gateway.options import ApiUriOption
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption

__all__ = ["search"]


def search(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="What is looked for.")],
    element_type: Annotated[
        str | None,
        typer.Option("--elementType", metavar="connector|action", help="Only these."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 10,
    api_uri: ApiUriOption = None,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find connectors and actions of a gateway: trunkline search twilio.

    With `--json`: `{"items": [{"elementType": "connector", "element": {"id": "cnt_twilio", …}}]}`.

        $ trunkline search twilio --elementType=connector
          id          type       name    what it is
          cnt_twilio  connector  Twilio  Messages, calls and numbers by Twilio's API.
        $ trunkline search twilio --elementType=connector --json | jq -r '.items[0].element.id'
        cnt_twilio
    """
    from trunkline.cli.gateway.api import api_at
    from trunkline.cli.show import plain, print_json, table

    query = {"q": " ".join(text), "elementType": element_type, "limit": limit}
    found = api_at(Place(data, world), api_uri).get("/search", query)
    if as_json:
        print_json(found)
        return
    rows = [
        [
            plain(str(item["element"].get("id", ""))),
            plain(str(item["elementType"])),
            plain(str(item["element"].get("name", ""))),
            plain(str(item["element"].get("description", ""))),
        ]
        for item in found["items"]
    ]
    if rows:
        table(["id", "type", "name", "what it is"], rows)
    else:
        print("There is nothing of that kind.")
