"""Certificates of domains, good and bad, as they are uploaded."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from trunkline.messaging.links import read_certificate as module
from trunkline.messaging.links.read_certificate import read_certificate
from trunkline.rest.errors import ApiError

NOW = datetime(2026, 6, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    *names: str, issuer: str = "CA", signed_by: ec.EllipticCurvePrivateKey = OTHER
) -> str:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(names[0]))
        .issuer_name(name(issuer))
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(END)
    )
    if len(names) > 1:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(each) for each in names[1:]])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(signed_by, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def private(key: ec.EllipticCurvePrivateKey = KEY, password: bytes | None = None) -> str:
    sealed = NoEncryption() if password is None else BestAvailableEncryption(password)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed).decode()


GOOD = certificate("go.example")


@pytest.mark.parametrize(
    "text",
    [
        GOOD + private(),
        private() + GOOD,
        (GOOD + private()).replace("\n", ""),
        (GOOD + private()).replace("\n", "\\n"),
        (GOOD + private()).replace("\n", "\r\n"),
        "junk\n" + GOOD + certificate("CA") + private(),
        certificate("other.example", "www.example", "go.example") + private(),
        certificate("other.example", "*.example") + private(),
    ],
)
def test_what_is_taken(text: str) -> None:
    read = read_certificate(text, "go.example:8443", NOW)

    assert read.expires_at == END
    assert "PRIVATE" not in read.pem
    assert x509.load_pem_x509_certificates(read.pem.encode())


BROKEN_KEY = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 30116),
        (GOOD, 30116),
        (private(), 30116),
        (GOOD * 11 + private(), 30116),
        ("-----BEGIN CERTIFICATE-----" * 10_000, 30116),
        (BROKEN + private(), 30117),
        (BROKEN.replace("AAAA", "ü!") + private(), 30117),
        (GOOD + BROKEN_KEY, 30118),
        (GOOD + private(password=b"x"), 30118),
        (GOOD + private(OTHER), 30119),
        (certificate("go.example", issuer="go.example", signed_by=KEY) + private(), 30129),
        (certificate("go.example", "other.example") + private(), 30132),
        (certificate("a.go.example") + private(), 30132),
        (certificate("x", "*.go.example") + private(), 30132),
    ],
)
def test_what_is_refused(text: str, code: int) -> None:
    with pytest.raises(ApiError) as caught:
        read_certificate(text, "go.example", NOW)
    assert caught.value.code == code


@pytest.mark.parametrize(("moment", "taken"), [(END - timedelta(seconds=1), True), (END, False)])
def test_one_that_has_expired(moment: datetime, taken: bool) -> None:
    codes: Sequence[int] = []
    try:
        read_certificate(GOOD + private(), "go.example", moment)
    except ApiError as error:
        codes = [error.code]
    assert list(codes) == ([] if taken else [30102])


def processor_seconds(text: str) -> tuple[float, int]:
    """How long it takes to refuse `text`, and the code."""
    began = time.process_time()
    with pytest.raises(ApiError) as refused:
        read_certificate(text, "go.example", NOW)
    return time.process_time() - began, refused.value.code


@pytest.mark.parametrize("start", ["-----BEGIN CERTIFICATE-----", "-----BEGIN AAAA-----"])
def test_beginnings_without_an_end_take_no_time(start: str) -> None:
    """They were looked through from each on, half a minute for these."""
    seconds, code = processor_seconds(start * (300_000 // len(start)))
    assert code == 30116
    assert seconds < 2


def test_a_key_that_would_take_long_to_check_is_not_read() -> None:
    """Whether the primes of a key are any: of numbers as long as these that takes seconds."""
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "A" * 8_000 + "\n-----END RSA PRIVATE KEY-----\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load_pem_private_key", lambda *_, **__: pytest.fail("it was read"))
        assert processor_seconds(GOOD + key)[1] == 30118
