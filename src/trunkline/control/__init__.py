"""The control API under /trunkline/v1: what a real provider has no counterpart for.

Virtual phones, the clock, events, reset, worlds. `control_app` makes its ASGI application.
The package itself imports nothing, because the command line uses its smaller modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trunkline.control.app import ControlApp
    from trunkline.control.platform import ControlledPlatform

__all__ = ["PREFIX", "control_app"]

PREFIX = "/trunkline/v1"


def control_app(platform: ControlledPlatform) -> ControlApp:
    """The ASGI application that serves every path under `PREFIX`."""
    from trunkline.control.app import ControlApp
    from trunkline.control.resources import resources

    return ControlApp(platform, resources(platform))
