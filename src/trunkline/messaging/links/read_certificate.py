"""Read what is uploaded as the certificate of a domain: certificates and a private key in PEM.

The key is checked and forgotten: TLS ends in front of the platform, whoever ends it has the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from trunkline.rest import catalogue

__all__ = ["Certificate", "read_certificate"]

# A block ends at the next dashes: were they looked for further on, many beginnings without an end
# would take time by their square.
BLOCK = re.compile(r"-----BEGIN ([A-Z ]{4,40})-----((?:(?!-----).)*)-----END \1-----", re.DOTALL)
MOST_CERTIFICATES = 10
MOST_KEY = 8_000  # characters: RSA of 8,192 bits. To check a larger one takes many seconds


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was accepted."""

    pem: str  # with its chain, without the key
    expires_at: datetime


def read_certificate(text: str, domain_name: str, now: datetime) -> Certificate:
    """The certificate in `text` (TlsCert), checked against its key, its domain and the time.

    Errors: 30116 where certificate or key is missing, 30117 and 30118 where one cannot be read,
    30119 where they do not belong together, 30129 for one that signed itself, 30132 for one of
    another domain, 30102 for one that has expired.
    """
    certificates, keys = _blocks(text)
    if not certificates or not keys or len(certificates) > MOST_CERTIFICATES:
        raise catalogue.CERTIFICATE_INCOMPLETE()
    try:
        chain = [x509.load_pem_x509_certificate(pem.encode()) for pem in certificates]
        first, expires = chain[0], chain[0].not_valid_after_utc
        public = first.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        names = _names(first)
    except (ValueError, UnsupportedAlgorithm):
        raise catalogue.CERTIFICATE_UNREADABLE() from None
    if len(keys[0]) > MOST_KEY:
        raise catalogue.PRIVATE_KEY_INVALID()
    try:
        key = load_pem_private_key(keys[0].encode(), password=None)
        own = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise catalogue.PRIVATE_KEY_INVALID() from None
    if public != own:
        raise catalogue.CERTIFICATE_KEY_MISMATCH()
    if _signed_itself(first):
        raise catalogue.CERTIFICATE_SELF_SIGNED()
    if not any(_matches(name, domain_name.partition(":")[0]) for name in names):
        raise catalogue.CERTIFICATE_NOT_VALIDATED()
    if expires <= now:
        raise catalogue.CERTIFICATE_EXPIRED()
    return Certificate("".join(certificates), expires)


def _blocks(text: str) -> tuple[list[str], list[str]]:
    """The PEM blocks of certificates and of private keys, as lines."""
    certificates: list[str] = []
    keys: list[str] = []
    for kind, inner in BLOCK.findall(text):
        # Forms lose line ends, and clients write `\n` in their place.
        packed = "".join(inner.replace("\\n", "").split())
        lines = [packed[i : i + 64] for i in range(0, len(packed), 64)]
        block = "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])
        if kind == "CERTIFICATE":
            certificates.append(block)
        elif kind.endswith("PRIVATE KEY"):
            keys.append(block)
    return certificates, keys


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return found.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return [str(name.value) for name in common]


def _matches(name: str, host: str) -> bool:
    name = name.lower()
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


def _signed_itself(certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
