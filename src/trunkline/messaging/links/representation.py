"""The domains of links as the API shows them."""

from __future__ import annotations

from typing import Any

import msgspec

from trunkline.rest.dates import iso8601

__all__ = [
    "DomainAssociation",
    "DomainCertificate",
    "DomainCertificateV2",
    "DomainConfig",
    "DomainDnsValidation",
    "ManagedCertificate",
    "ServiceDomainConfig",
    "shown_association",
    "shown_certificate",
    "shown_certificate_v2",
    "shown_config",
    "shown_managed_certificate",
    "shown_service_config",
]


class DomainCertificate(msgspec.Struct, frozen=True):
    """The TLS certificate of a domain."""

    certificate_sid: str
    domain_name: str
    domain_sid: str
    date_expires: str | None
    date_created: str | None
    date_updated: str | None
    url: str
    cert_in_validation: dict[str, str | None] | None


class DomainCertificateV2(DomainCertificate, frozen=True):
    """The same, with who is to renew it."""

    managed: bool
    requesting: bool


class ManagedCertificate(msgspec.Struct, frozen=True):
    """The certificate that was asked for."""

    certificate_sid: str
    domain_name: str
    domain_sid: str
    date_created: str | None
    date_updated: str | None
    date_expires: str | None
    url: str
    managed: bool
    requesting: bool


class DomainConfig(msgspec.Struct, frozen=True):
    """How a domain treats clicks."""

    domain_sid: str
    config_sid: str
    fallback_url: str | None
    callback_url: str | None
    continue_on_failure: bool
    date_created: str | None
    date_updated: str | None
    url: str
    disable_https: bool


class ServiceDomainConfig(msgspec.Struct, frozen=True):
    """How the domain of a messaging service treats clicks."""

    domain_sid: str
    config_sid: str
    fallback_url: str | None
    callback_url: str | None
    continue_on_failure: bool
    date_created: str | None
    date_updated: str | None
    url: str
    messaging_service_sid: str


class DomainDnsValidation(msgspec.Struct, frozen=True):
    """Whether the name of a domain leads to this platform."""

    domain_sid: str
    is_valid: bool
    reason: str
    url: str


class DomainAssociation(msgspec.Struct, frozen=True):
    """The domain of a messaging service."""

    domain_sid: str
    messaging_service_sid: str
    url: str


def shown_certificate(row: Any, base_url: str) -> DomainCertificate:
    """Of a row with a certificate."""
    return DomainCertificate(
        **_certificate(row),
        url=f"{_domain_url(row, base_url)}/Certificate",
        cert_in_validation=None,
    )


def shown_certificate_v2(row: Any, base_url: str) -> DomainCertificateV2:
    """The same for `/v2`."""
    wanted = row["certificate"] is None  # it was requested, and is for somebody else to get
    return DomainCertificateV2(
        **_certificate(row),
        url=f"{base_url}/v2/LinkShortening/Domains/DN{row['id'].hex}/Certificate",
        cert_in_validation=None,
        managed=wanted,
        requesting=wanted,
    )


def shown_managed_certificate(row: Any, base_url: str) -> ManagedCertificate:
    """Of a row for which one was requested."""
    return ManagedCertificate(
        **_certificate(row),
        url=f"{_domain_url(row, base_url)}/RequestManagedCert",
        managed=True,
        requesting=True,
    )


def shown_config(row: Any, base_url: str) -> DomainConfig:
    """Of a row with a configuration."""
    return DomainConfig(
        **_config(row),
        url=f"{_domain_url(row, base_url)}/Config",
        disable_https=row["disable_https"],
    )


def shown_service_config(row: Any, service_sid: str, base_url: str) -> ServiceDomainConfig:
    """The same, as that of a service."""
    url = f"{base_url}/v1/LinkShortening/MessagingService/{service_sid}/DomainConfig"
    return ServiceDomainConfig(**_config(row), url=url, messaging_service_sid=service_sid)


def shown_association(domain_sid: str, service_sid: str, url: str) -> DomainAssociation:
    """The association of a service with a domain, at `url`."""
    return DomainAssociation(domain_sid=domain_sid, messaging_service_sid=service_sid, url=url)


def _certificate(row: Any) -> dict[str, Any]:
    return {
        "certificate_sid": f"CW{row['certificate_id'].hex}",
        "domain_name": f"https://{row['domain_name']}",
        "domain_sid": f"DN{row['id'].hex}",
        "date_created": iso8601(row["certificate_created_at"]),
        "date_updated": iso8601(row["certificate_updated_at"]),
        "date_expires": iso8601(row["certificate_expires_at"]),
    }


def _config(row: Any) -> dict[str, Any]:
    return {
        "domain_sid": f"DN{row['id'].hex}",
        "config_sid": f"ZK{row['config_id'].hex}",
        "fallback_url": row["fallback_url"],
        "callback_url": row["callback_url"],
        "continue_on_failure": row["continue_on_failure"],
        "date_created": iso8601(row["config_created_at"]),
        "date_updated": iso8601(row["config_updated_at"]),
    }


def _domain_url(row: Any, base_url: str) -> str:
    return f"{base_url}/v1/LinkShortening/Domains/DN{row['id'].hex}"
