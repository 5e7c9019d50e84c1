"""Which carrier serves a recipient: the longest matching prefix, else the virtual phones."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence

from trunkline.carriers.interface import MessageCarrier
from trunkline.settings import CarrierRoute

__all__ = ["VIRTUAL", "Routes"]

VIRTUAL = "virtual"


class Routes:
    """The carriers of a platform and the prefixes that lead to them."""

    def __init__(self, carriers: Mapping[str, MessageCarrier], prefixes: Mapping[str, str]) -> None:
        self.carriers = dict(carriers)
        self._prefixes = dict(prefixes)
        self._lengths = sorted({len(prefix) for prefix in prefixes}, reverse=True)

    @classmethod
    def configured(cls, settings: Sequence[CarrierRoute]) -> Routes:
        """Make the carriers that the configuration names.

        Raises ValueError with one sentence about the entry that cannot be used.
        """
        carriers: dict[str, MessageCarrier] = {}
        prefixes: dict[str, str] = {}
        for route in settings:
            if route.name in carriers or route.name == VIRTUAL:
                raise ValueError(f"The carrier name {route.name} is taken.")
            carriers[route.name] = _make(route)
            for prefix in route.prefixes:
                prefixes[prefix] = route.name
        return cls(carriers, prefixes)

    def route(self, recipient: str) -> str:
        """The name of the carrier that serves `recipient`."""
        for length in self._lengths:
            name = self._prefixes.get(recipient[:length])
            if name is not None:
                return name
        return VIRTUAL


def _make(route: CarrierRoute) -> MessageCarrier:
    module_name, _, attribute = route.factory.partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(
            f"The carrier {route.name} cannot be made from {route.factory}: {error}."
        ) from error
    carrier: MessageCarrier = factory(route.name, dict(route.options))
    return carrier
