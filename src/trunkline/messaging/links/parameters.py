"""The form parameters of the domains of links, declared."""

from __future__ import annotations

from trunkline.rest import catalogue
from trunkline.rest.parameters import Boolean, Text, Url, declared, parameter

__all__ = ["ConfigParameters", "UploadCertificateParameters"]


@declared
class ConfigParameters:
    """The form of a domain's configuration."""

    fallback_url: str | None = parameter(
        "FallbackUrl",
        Url(catalogue.FALLBACK_URL_INVALID, empty=True),
        "Where requests for no link are sent. Empty clears it.",
    )
    callback_url: str | None = parameter(
        "CallbackUrl",
        Url(catalogue.CALLBACK_URL_INVALID, empty=True),
        "Told of every click. Empty clears it.",
    )
    continue_on_failure: bool | None = parameter(
        "ContinueOnFailure",
        Boolean(),
        "Whether to send with long links when shortening fails; stored, as it does not fail.",
    )
    disable_https: bool | None = parameter(
        "DisableHttps", Boolean(), "Whether links are written without `https://`."
    )


@declared
class UploadCertificateParameters:
    """The form of a certificate."""

    tls_cert: str | None = parameter(
        "TlsCert", Text(), "The certificate, its chain and its private key, in PEM."
    )
