"""A certificate authority for one run, believed by the program that is run and by nobody else.

Its key never leaves this process. Its certificate is constrained to the redirected hosts (RFC 5280,
section 4.2.1.10), so that even with the key it could not vouch for any other, and is valid for a
month at most.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

__all__ = ["Authority"]

BEFORE = timedelta(days=1)  # for programs that are tested with a clock of their own
VALID = timedelta(days=30)
MOST_CONTEXTS = 256
LONGEST_COMMON_NAME = 64


class Authority:
    """Makes a TLS context for each host, and keeps those that were used last."""

    def __init__(self, domains: Iterable[str], folder: Path) -> None:
        """`domains` are the names that it vouches for, with all names below them; `folder` is one
        that only this user can read."""
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._host_key = ec.generate_private_key(ec.SECP256R1())
        self._begin = datetime.now(UTC) - BEFORE
        self._name = _named("Trunkline exec --proxy, for one run")
        self._contexts: OrderedDict[str, ssl.SSLContext] = OrderedDict()
        self.certificate = self._certify_itself(domains)

    def context_for(self, host: str) -> ssl.SSLContext:
        """What a server of `host` uses; HTTP/1.1 is all that it offers. Case and a dot at the end
        are no part of the name. Raises OSError."""
        host = host.rstrip(".").lower()
        context = self._contexts.pop(host, None) or self._make_context(host)
        self._contexts[host] = context
        if len(self._contexts) > MOST_CONTEXTS:
            self._contexts.popitem(last=False)
        return context

    def _make_context(self, host: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        chain = (
            self._host_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self._certify(host).public_bytes(serialization.Encoding.PEM)
            + self.certificate.public_bytes(serialization.Encoding.PEM)
        )
        # ssl takes a file only: there is one for the moment of reading it.
        descriptor, path = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(chain)
            context.load_cert_chain(path)
        finally:
            Path(path).unlink()
        return context

    def _certify_itself(self, domains: Iterable[str]) -> x509.Certificate:
        permitted = [x509.DNSName(domain) for domain in dict.fromkeys(domains)]
        return (
            self._builder(self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.NameConstraints(permitted, None), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )

    def _certify(self, host: str) -> x509.Certificate:
        public = self._host_key.public_key()
        return (
            self._builder(_named(host[:LONGEST_COMMON_NAME]), public)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._begin)
            .not_valid_after(self._begin + BEFORE + VALID)
        )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
