"""Connectors: which providers there are, where their paths lead, how they are authorised.

A connector is one module with one value, `CONNECTOR`; `CONNECTORS` of `catalogue` lists them.
Nothing here does I/O.
"""

from trunkline.gateway.connectors.addresses import Address, read_address
from trunkline.gateway.connectors.catalogue import CONNECTORS, Catalogue
from trunkline.gateway.connectors.check_credentials import Checked, Probing, check_credentials
from trunkline.gateway.connectors.declare import (
    Connector,
    Field,
    Injected,
    Method,
    OAuth,
    Probe,
)
from trunkline.gateway.connectors.fill import fill, fill_path
from trunkline.gateway.connectors.targets import Target, resolve_target
from trunkline.gateway.connectors.upstreams import Upstreams, Where

__all__ = [
    "CONNECTORS",
    "Address",
    "Catalogue",
    "Checked",
    "Connector",
    "Field",
    "Injected",
    "Method",
    "OAuth",
    "Probe",
    "Probing",
    "Target",
    "Upstreams",
    "Where",
    "check_credentials",
    "fill",
    "fill_path",
    "read_address",
    "resolve_target",
]
