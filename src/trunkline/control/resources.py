"""Every resource of the control API, in the order in which the documents show them."""

from __future__ import annotations

from trunkline.control.about import About
from trunkline.control.call_scripts import CallScriptsResource
from trunkline.control.calls import CallsResource
from trunkline.control.clock import Clocks
from trunkline.control.consents import ConsentsResource
from trunkline.control.events import Events
from trunkline.control.gateway import GatewayResource
from trunkline.control.gateway_audit import GatewayAuditResource
from trunkline.control.limits import LimitsResource
from trunkline.control.links import Links
from trunkline.control.media import Media
from trunkline.control.messages import Messages
from trunkline.control.numbers import Numbers
from trunkline.control.operation import Operation
from trunkline.control.phones import Phones
from trunkline.control.platform import ControlledPlatform
from trunkline.control.status import StatusResource
from trunkline.control.transcript import TranscriptResource
from trunkline.control.webhooks import Webhooks
from trunkline.control.worlds import WorldsResource

__all__ = ["declared_operations", "resources"]

CLASSES = (
    About,
    StatusResource,
    WorldsResource,
    Numbers,
    Phones,
    CallScriptsResource,
    CallsResource,
    Clocks,
    LimitsResource,
    Events,
    Messages,
    TranscriptResource,
    ConsentsResource,
    Webhooks,
    Media,
    Links,
    GatewayResource,
    GatewayAuditResource,
)


def declared_operations() -> list[Operation]:
    """Every operation, without a platform: for documents."""
    return [
        member.__operation__
        for resource in CLASSES
        for member in vars(resource).values()
        if hasattr(member, "__operation__")
    ]


def resources(platform: ControlledPlatform) -> list[object]:
    """The resources of a platform."""
    return [
        About(platform, declared_operations()),
        StatusResource(platform),
        WorldsResource(platform),
        Numbers(platform),
        Phones(platform),
        CallScriptsResource(platform),
        CallsResource(platform),
        Clocks(platform),
        LimitsResource(platform),
        Events(platform),
        Messages(platform),
        TranscriptResource(platform),
        ConsentsResource(platform),
        Webhooks(platform),
        Media(platform),
        Links(platform),
        GatewayResource(platform),
        GatewayAuditResource(platform),
    ]
