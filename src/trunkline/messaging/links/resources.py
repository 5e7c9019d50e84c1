"""`/v1/LinkShortening`: the domains of an account's short links."""

from __future__ import annotations

from trunkline.messaging.links.manage_domains import ManageDomains
from trunkline.messaging.links.parameters import ConfigParameters, UploadCertificateParameters
from trunkline.messaging.links.representation import (
    DomainAssociation,
    DomainCertificate,
    DomainCertificateV2,
    DomainConfig,
    DomainDnsValidation,
    ManagedCertificate,
    ServiceDomainConfig,
    shown_association,
    shown_certificate,
    shown_certificate_v2,
    shown_config,
    shown_managed_certificate,
    shown_service_config,
)
from trunkline.messaging.links.validate_dns import ValidateDns
from trunkline.rest import catalogue
from trunkline.rest.operation import Call, operation
from trunkline.rest.parameters import NoParameters

__all__ = ["LinkShortening"]

ROOT = "/v1/LinkShortening"
DOMAIN = f"{ROOT}/Domains/{{DomainSid}}"
PAIR = f"{DOMAIN}/MessagingServices/{{MessagingServiceSid}}"
SERVICE = f"{ROOT}/MessagingServices/{{MessagingServiceSid}}"
SERVICE_CONFIG = f"{ROOT}/MessagingService/{{MessagingServiceSid}}"
JSON = ("json",)


class LinkShortening:
    """Domains: made by the control API, managed here."""

    def __init__(self, manage: ManageDomains, validate: ValidateDns) -> None:
        self._manage = manage
        self._validate = validate

    @operation(
        "FetchDomainCertV4",
        "GET",
        DOMAIN + "/Certificate",
        product="messaging",
        returns=DomainCertificate,
        formats=JSON,
    )
    async def fetch_certificate(self, call: Call, _: NoParameters) -> DomainCertificate:
        """Read the certificate of a domain, as far as it is public."""
        row = await self._manage.find(call.account, _domain_sid(call))
        if row["certificate_id"] is None:
            raise catalogue.CERTIFICATE_MISSING()
        return shown_certificate(row, call.base_url)

    @operation(
        "FetchDomainCertV4",
        "GET",
        "/v2/LinkShortening/Domains/{DomainSid}/Certificate",
        product="messaging",
        returns=DomainCertificateV2,
        formats=JSON,
    )
    async def fetch_certificate_v2(self, call: Call, _: NoParameters) -> DomainCertificateV2:
        """Read the certificate of a domain, and who is to renew it."""
        row = await self._manage.find(call.account, _domain_sid(call))
        if row["certificate_id"] is None:
            raise catalogue.CERTIFICATE_MISSING()
        return shown_certificate_v2(row, call.base_url)

    @operation(
        "UpdateDomainCertV4",
        "POST",
        DOMAIN + "/Certificate",
        product="messaging",
        parameters=UploadCertificateParameters,
        returns=DomainCertificate,
        status=200,
        formats=JSON,
    )
    async def update_certificate(
        self, call: Call, asked: UploadCertificateParameters
    ) -> DomainCertificate:
        """Upload a certificate with its key. It is checked; the key is not kept."""
        row = await self._manage.set_certificate(
            call.account, _domain_sid(call), asked.tls_cert or ""
        )
        return shown_certificate(row, call.base_url)

    @operation(
        "DeleteDomainCertV4", "DELETE", DOMAIN + "/Certificate", product="messaging", formats=JSON
    )
    async def delete_certificate(self, call: Call, _: NoParameters) -> None:
        """Forget the certificate of a domain."""
        if not await self._manage.delete_certificate(call.account, _domain_sid(call)):
            raise catalogue.CERTIFICATE_MISSING()

    @operation(
        "UpdateRequestManagedCert",
        "POST",
        DOMAIN + "/RequestManagedCert",
        product="messaging",
        returns=ManagedCertificate,
        status=200,
        formats=JSON,
    )
    async def request_certificate(self, call: Call, _: NoParameters) -> ManagedCertificate:
        """Ask for a certificate. It is for whoever ends TLS in front of the platform to get one."""
        row = await self._manage.request_certificate(call.account, _domain_sid(call))
        return shown_managed_certificate(row, call.base_url)

    @operation(
        "FetchDomainConfig",
        "GET",
        DOMAIN + "/Config",
        product="messaging",
        returns=DomainConfig,
        formats=JSON,
    )
    async def fetch_config(self, call: Call, _: NoParameters) -> DomainConfig:
        """Read how a domain treats clicks."""
        row = await self._manage.find(call.account, _domain_sid(call))
        if row["config_id"] is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return shown_config(row, call.base_url)

    @operation(
        "UpdateDomainConfig",
        "POST",
        DOMAIN + "/Config",
        product="messaging",
        parameters=ConfigParameters,
        returns=DomainConfig,
        status=200,
        formats=JSON,
    )
    async def update_config(self, call: Call, asked: ConfigParameters) -> DomainConfig:
        """Set how a domain treats clicks."""
        row = await self._manage.configure(call.account, _domain_sid(call), asked)
        return shown_config(row, call.base_url)

    @operation(
        "FetchDomainDnsValidation",
        "GET",
        DOMAIN + "/ValidateDns",
        product="messaging",
        returns=DomainDnsValidation,
        formats=JSON,
    )
    async def validate_dns(self, call: Call, _: NoParameters) -> DomainDnsValidation:
        """Tell whether the name of a domain leads to this platform."""
        sid = _domain_sid(call)
        row = await self._manage.find(call.account, sid)
        reason = await self._validate(row["domain_name"])
        return DomainDnsValidation(
            domain_sid=sid,
            is_valid=not reason,
            reason=reason,
            url=f"{call.base_url}{ROOT}/Domains/{sid}/ValidateDns",
        )

    @operation(
        "CreateLinkshorteningMessagingService",
        "POST",
        PAIR,
        product="messaging",
        returns=DomainAssociation,
        status=201,
        formats=JSON,
    )
    async def create_association(self, call: Call, _: NoParameters) -> DomainAssociation:
        """Let a messaging service use a domain for its links."""
        domain, service = _domain_sid(call), call.path["MessagingServiceSid"]
        await self._manage.associate(call.account, domain, service)
        url = f"{call.base_url}{ROOT}/Domains/{domain}/MessagingServices/{service}"
        return shown_association(domain, service, url)

    @operation(
        "DeleteLinkshorteningMessagingService", "DELETE", PAIR, product="messaging", formats=JSON
    )
    async def delete_association(self, call: Call, _: NoParameters) -> None:
        """Take a domain from a messaging service; links that were sent go on working."""
        domain, service = _domain_sid(call), call.path["MessagingServiceSid"]
        if not await self._manage.dissociate(call.account, domain, service):
            raise catalogue.NOT_FOUND(path=call.resource)

    @operation(
        "FetchLinkshorteningMessagingServiceDomainAssociation",
        "GET",
        SERVICE + "/Domain",
        product="messaging",
        returns=DomainAssociation,
        formats=JSON,
    )
    async def fetch_association(self, call: Call, _: NoParameters) -> DomainAssociation:
        """Read which domain a messaging service uses."""
        service = call.path["MessagingServiceSid"]
        row = await self._manage.of_service(call.account, service)
        if row is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        url = f"{call.base_url}{ROOT}/MessagingServices/{service}/Domain"
        return shown_association(f"DN{row['id'].hex}", service, url)

    @operation(
        "FetchDomainConfigMessagingService",
        "GET",
        SERVICE_CONFIG + "/DomainConfig",
        product="messaging",
        returns=ServiceDomainConfig,
        formats=JSON,
    )
    async def fetch_service_config(self, call: Call, _: NoParameters) -> ServiceDomainConfig:
        """Read how the domain of a messaging service treats clicks."""
        service = call.path["MessagingServiceSid"]
        row = await self._manage.of_service(call.account, service)
        if row is None or row["config_id"] is None:
            raise catalogue.NOT_FOUND(path=call.resource)
        return shown_service_config(row, service, call.base_url)


def _domain_sid(call: Call) -> str:
    sid = call.path["DomainSid"]
    if sid[:2] != "DN":
        raise catalogue.DOMAIN_SID_INVALID()
    return sid
