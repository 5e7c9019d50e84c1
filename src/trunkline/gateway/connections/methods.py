"""By which of a connector's methods something may be connected here."""

from __future__ import annotations

from trunkline.gateway.connectors.declare import Connector, Method
from trunkline.gateway.errors import BadRequest

__all__ = ["find_method", "is_asked_of_a_person", "is_platform", "offered_methods"]


def is_platform(method: Method | None) -> bool:
    """Whether it is this platform's own account, for which nothing is entered."""
    return method is not None and method.kind == "PLATFORM"


def is_asked_of_a_person(method: Method) -> bool:
    """Whether a person has to permit it at the provider: OAuth 2, but for client credentials."""
    return method.oauth is not None and method.oauth.authorize_url is not None


def offered_methods(connector: Connector, *, development: bool) -> tuple[Method, ...]:
    """The methods that may be used here. The platform's own account stands in for a provider's in
    development alone; a connector that has nothing else is always offered."""
    others = tuple(method for method in connector.methods if not is_platform(method))
    return connector.methods if development or not others else others


def find_method(connector: Connector, wanted: str, *, development: bool) -> Method:
    """The method of a key, or else the first of a kind, e.g. `BASIC`. Raises BadRequest."""
    offered = offered_methods(connector, development=development)
    for method in offered:
        if method.key == wanted:
            return method
    for method in offered:
        if method.kind == wanted.upper():
            return method
    raise BadRequest(f"{connector.name} cannot be connected by this method.")
