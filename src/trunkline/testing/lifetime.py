"""From the start of a test's world to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from trunkline.redirect.hosts import REDIRECTED
from trunkline.redirect.in_process import redirected
from trunkline.testing.environment import credentials_set
from trunkline.testing.fixture import Trunkline
from trunkline.testing.platform_of_run import PlatformOfRun
from trunkline.testing.world import create_world

__all__ = ["world_for"]


@contextmanager
def world_for(title: str, platform: PlatformOfRun, *, within: float) -> Iterator[Trunkline]:
    """A world named after a test. Meanwhile Twilio's hosts are the platform, in this process, and
    the environment has the world's credentials. Raises TrunklineError."""
    connections = platform.connections()
    world = create_world(connections, platform.control_token, title, uuid4().hex[:8])
    # The test says what its phones do: until then, they ring.
    world.control("PUT", "/phones/default/script", {"script": "ring"})
    trunkline = Trunkline(world, within=within)
    try:
        with redirected({connections.base_url: REDIRECTED}), credentials_set(world.credentials):
            yield trunkline
    finally:
        trunkline._close()
