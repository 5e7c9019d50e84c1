"""Files by which programs believe the proxy's authority, besides all that they believed before."""

from __future__ import annotations

import contextlib
import ssl
import warnings
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)
from cryptography.utils import CryptographyDeprecationWarning

__all__ = ["TrustFiles"]

# Where systems keep their certificates: Debian, Fedora, openSUSE, Alpine and macOS.
USUAL_PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
SUFFIXES = {".pem", ".crt", ".cer", ".0"}
BEGIN, END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


class TrustFiles:
    """Written on demand into a folder, one for each thing that a program believed before."""

    def __init__(self, folder: Path, authority: x509.Certificate) -> None:
        self._folder = folder
        self._authority = authority
        self._pem = authority.public_bytes(Encoding.PEM)
        self._written: dict[bytes, Path] = {}

    def with_system(self, before: str = "") -> Path:
        """A bundle in place of `before`, a file or a folder of certificates: without it, of the
        system's. Raises OSError."""
        return self._bundle(_certificates_at(before) or system_certificates())

    def with_extra(self, before: str = "") -> Path:
        """A file of additions to what a program brings along, in place of `before`. Raises
        OSError."""
        return self._bundle(_certificates_at(before))

    def php_settings(self) -> Path:
        """A folder of settings for PHP, whose libcurl reads no variable of ours. Raises OSError."""
        folder = self._folder / "php"
        folder.mkdir(exist_ok=True)
        bundle = self.with_system()
        (folder / "trunkline.ini").write_text(
            f'curl.cainfo="{bundle}"\nopenssl.cafile="{bundle}"\n'
        )
        return folder

    def wget_settings(self, before: str = "") -> Path:
        """A file of settings for wget, in place of `before`. Raises OSError."""
        path = self._folder / "wgetrc"
        try:
            settings = Path(before).expanduser().read_text(errors="replace")
        except (OSError, RuntimeError):
            settings = ""
        path.write_text(f"{settings}\nca_certificate = {self.with_system()}\n")
        return path

    def java_store(self) -> Path:
        """A trust store without a password. Raises OSError."""
        path = self._folder / "java.p12"
        certificates = [self._authority, *_readable(_split(system_certificates()))]
        entries = [
            PKCS12Certificate(certificate, f"{number}".encode())
            for number, certificate in enumerate(certificates)
        ]
        path.write_bytes(serialize_java_truststore(entries, NoEncryption()))
        return path

    def _bundle(self, before: bytes) -> Path:
        if before not in self._written:
            path = self._folder / f"certificates-{len(self._written)}.pem"
            path.write_bytes((before.rstrip() + b"\n" if before else b"") + self._pem)
            self._written[before] = path
        return self._written[before]


def system_certificates() -> bytes:
    """What this machine believes, in PEM; empty if that cannot be found out."""
    found = ssl.get_default_verify_paths()
    for place in (found.cafile, *USUAL_PLACES, found.capath):
        if place and (certificates := _certificates_at(place)):
            return certificates
    return b""


def _certificates_at(place: str) -> bytes:
    path = Path(place)
    try:
        if not place:
            return b""
        if path.is_dir():
            files = [each for each in sorted(path.iterdir()) if each.suffix in SUFFIXES]
            found = {pem for each in files for pem in _split(each.read_bytes())}
            return b"\n".join(sorted(found))
        return b"\n".join(_split(path.read_bytes()))
    except OSError:
        return b""


def _readable(pems: list[bytes]) -> Iterator[x509.Certificate]:
    """Some old roots are not what the standard asks for, which is nothing to tell a user of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for pem in pems:
            with contextlib.suppress(ValueError):
                yield x509.load_pem_x509_certificate(pem)


def _split(data: bytes) -> list[bytes]:
    return [BEGIN + part.partition(END)[0] + END for part in data.split(BEGIN)[1:] if END in part]
