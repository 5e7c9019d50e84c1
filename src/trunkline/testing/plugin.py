"""The pytest plugin: fixtures `trunkline` and `async_trunkline`."""

from __future__ import annotations
