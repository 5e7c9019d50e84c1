"""Where a target really is: at the provider, at a local stand-in, or on this platform."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trunkline.gateway.connectors.addresses import read_address
from trunkline.gateway.connectors.targets import Target
from trunkline.gateway.connectors.twilio import PRODUCTS
from trunkline.gateway.errors import TargetRefused
from trunkline.webhooks.address_map import AddressMap
from trunkline.webhooks.overrides import Overrides
from trunkline.webhooks.target import Target as PublicTarget

__all__ = ["Upstreams", "Where"]

# As `rest.router` finds products: by a prefix before the version; the 2010 API needs none.
_classic = re.compile(r"/2010-04-01(?:/.*)?").fullmatch
_versioned = re.compile(r"/v[0-9]{1,2}(?:/.*)?").fullmatch
_prefixed = re.compile(rf"/(?:{'|'.join(PRODUCTS)})/(?:v[0-9]{{1,2}}|2010-04-01)(?:/.*)?").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What to connect to, and which host to name there."""

    url: str
    host_header: str  # of the target: a stand-in sees what the provider would
    open: bool  # the operator or the platform itself chose the address: no network rules


class Upstreams:
    """`map`: TRUNKLINE_MAP, `PUBLIC=LOCAL` each. `own_url`: this platform on loopback, as
    `http://127.0.0.1:8080`. `private_networks`: whether plain HTTP may be spoken with anybody."""

    def __init__(
        self,
        map: AddressMap | Iterable[str],
        own_url: Callable[[], str],
        *,
        private_networks: bool = False,
    ) -> None:
        self._map = map if isinstance(map, AddressMap) else AddressMap.read(*map)
        self._own_url = own_url
        self._private_networks = private_networks

    def where(self, target: Target, *, platform: bool) -> Where:
        """Where a target is. `platform`: whether the connection's method is of kind PLATFORM.

        TargetRefused for plain HTTP where private networks are not allowed, and for paths of this
        platform that are not Twilio's API: a key of the gateway does not reach the control API.
        """
        if platform or target.platform:
            return Where(
                url=self._own_url().rstrip("/") + _own_path(target),
                host_header=target.host_header,
                open=True,
            )
        address = read_address(target.origin)
        local = self._map.locate(
            PublicTarget(
                url=target.url,
                scheme=address.scheme,
                host=address.host,
                port=address.port,
                overrides=Overrides(),
            )
        )
        if local is not None:
            return Where(url=local.url, host_header=target.host_header, open=True)
        if target.private and not self._private_networks:
            raise TargetRefused("This connection's base URL is not https.")
        return Where(url=target.url, host_header=target.host_header, open=False)


def _own_path(target: Target) -> str:
    """The path of Twilio's product on this platform: `/messaging/v1/Services`."""
    path = target.path
    if _classic(path) or _prefixed(path):
        return target.path_qs
    product = target.host.partition(".")[0]
    if _versioned(path) and product in PRODUCTS:
        return f"/{product}{target.path_qs}"
    raise TargetRefused("This platform has no such path: paths start with /2010-04-01 or /v1.")
