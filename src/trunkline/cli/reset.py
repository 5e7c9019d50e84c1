"""`trunkline reset`: empty a world."""

from __future__ import annotations

from trunkline.cli.options import DataOption, JsonOption, WorldOption

__all__ = ["reset"]


def reset(data: DataOption = None, world: WorldOption = None, as_json: JsonOption = False) -> None:
    """Empty a world: messages, opt-outs, settings of phones, clock.

    Accounts, credentials and numbers stay.
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import print_json

    found = Control(data, world).call("POST", "/reset", seconds=None)
    if as_json:
        print_json(found)
    else:
        print(f"World {found['name']} is empty, and its clock shows real time.")
