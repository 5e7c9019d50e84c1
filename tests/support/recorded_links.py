"""Ask for every operation of short links' domains once: see `recorded_answers`."""

from __future__ import annotations

from tests.support.link_certificate import link_certificate
from tests.support.platform import World
from tests.support.recorded_services import Recorder

__all__ = ["record_links"]

URL = "https://example.com"
LINKS = "/messaging/v1/LinkShortening"
NAME = "shapes.example"


def record_links(recorder: Recorder, world: World) -> None:
    """A domain with all that it can have, and a service that uses it."""
    made = world.control("POST", "/links/domains", {"domain_name": NAME})
    service = recorder.record(
        "messaging CreateService", "POST", "/messaging/v1/Services", FriendlyName="links"
    )["sid"]
    domain = f"{LINKS}/Domains/{made['sid']}"
    pair = f"{domain}/MessagingServices/{service}"
    config = {"FallbackUrl": URL, "CallbackUrl": URL, "ContinueOnFailure": "true"}
    certificate = link_certificate(NAME)
    for name, method, path, fields in (
        ("UpdateDomainConfig", "POST", f"{domain}/Config", config),
        ("FetchDomainConfig", "GET", f"{domain}/Config", {}),
        ("UpdateDomainCertV4", "POST", f"{domain}/Certificate", {"TlsCert": certificate}),
        ("FetchDomainCertV4", "GET", f"{domain}/Certificate", {}),
        ("UpdateRequestManagedCert", "POST", f"{domain}/RequestManagedCert", {}),
        ("DeleteDomainCertV4", "DELETE", f"{domain}/Certificate", {}),
        ("FetchDomainDnsValidation", "GET", f"{domain}/ValidateDns", {}),
        ("CreateLinkshorteningMessagingService", "POST", pair, {}),
        (
            "FetchLinkshorteningMessagingServiceDomainAssociation",
            "GET",
            f"{LINKS}/MessagingServices/{service}/Domain",
            {},
        ),
        (
            "FetchDomainConfigMessagingService",
            "GET",
            f"{LINKS}/MessagingService/{service}/DomainConfig",
            {},
        ),
        ("DeleteLinkshorteningMessagingService", "DELETE", pair, {}),
    ):
        recorder.record(f"messaging {name}", method, path, **fields)
        if name == "FetchDomainCertV4":
            recorder.record(f"messaging_v2 {name}", method, path.replace("/v1/", "/v2/"))
