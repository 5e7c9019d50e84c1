"""Where a path leads: the one place that decides which host is sent a connection's credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trunkline.gateway.connectors.addresses import (
    Address,
    check_path,
    check_text,
    read_address,
    split_query,
)
from trunkline.gateway.connectors.declare import Connector
from trunkline.gateway.connectors.fill import fill
from trunkline.gateway.errors import TargetRefused
from trunkline.redirect.hosts import fits

__all__ = ["Target", "resolve_target"]

ELSEWHERE = "The address is not one of this connection's provider."


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, before `Upstreams` may lead it elsewhere."""

    origin: str  # "https://host", with the port unless it is the scheme's own
    path_qs: str  # path and query, as they go on the wire; starts with one slash
    host: str  # lower case, without the port; an IPv6 address without brackets
    private: bool = False  # plain HTTP, which is for private networks only
    platform: bool = False  # always to this platform, never to the host

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.path_qs

    @property
    def host_header(self) -> str:
        """The value of `Host`."""
        return self.origin.partition("://")[2]

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.path_qs.partition("?")[0]


def resolve_target(
    connector: Connector,
    settings: Mapping[str, Any],
    path_or_url: str,
    base_url: str | None = None,
) -> Target:
    """Where a path of a connection leads, or a whole address of its provider. Pure.

    A path is beneath the base URL: that of the connector, or `base_url` (of `Catalogue.of_app`);
    the empty one is the base URL itself. A whole address has to be on one of the connector's hosts,
    and beneath the base URL's path where it has one. Path and query stay as they are, byte for
    byte: what cannot stay so is refused.

    Raises TargetRefused, with a sentence that quotes nothing of the path.
    """
    base = _base(connector, settings, base_url)
    check_text(path_or_url)
    if path_or_url[:1] in ("", "/", "?"):
        path, query = split_query(path_or_url)
        if path:
            check_path(path)
        return _target(connector, base, base.path + path, query)
    address = read_address(path_or_url)
    _check_host(connector, base, address)
    if base.path and address.path != base.path and not address.path.startswith(f"{base.path}/"):
        raise TargetRefused("The address is not beneath this connection's base URL.")
    return _target(connector, address, address.path, address.query)


def _target(connector: Connector, address: Address, path: str, query: str) -> Target:
    return Target(
        origin=address.origin,
        path_qs=(path or "/") + query,
        host=address.host,
        private=address.scheme == "http",
        platform=all(method.kind == "PLATFORM" for method in connector.methods),
    )


def _base(connector: Connector, settings: Mapping[str, Any], base_url: str | None) -> Address:
    """The base URL, its path without a slash at the end."""
    try:
        text = fill(base_url or connector.base_url, settings)
    except KeyError:
        raise TargetRefused("This connection has no base URL: connect it again.") from None
    base = read_address(text)
    if base.query:
        raise TargetRefused("The base URL has a query.")
    _check_host(connector, base, base)
    path = base.path.rstrip("/")
    return Address(base.scheme, base.host, base.port, base.port_given, path, "")


def _check_host(connector: Connector, base: Address, address: Address) -> None:
    if not connector.hosts:
        if address.origin != base.origin:
            raise TargetRefused(ELSEWHERE)
        return
    allowed = fits(address.host, connector.hosts) and (
        connector.host_shape is None or re.fullmatch(connector.host_shape, address.host)
    )
    if not allowed or address.scheme != "https" or address.port_given:
        raise TargetRefused(ELSEWHERE)
