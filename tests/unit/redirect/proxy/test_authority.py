from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from trunkline.redirect.proxy import Authority, authority


def shake_hands(made: Authority, served: str, asked: str) -> None:
    """A client that trusts only this authority asks for a host; raises what it raises."""
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with ours, contextlib.suppress(OSError):
            made.context_for(served).wrap_socket(ours, server_side=True).close()

    serving = threading.Thread(target=serve)
    serving.start()
    text = made.certificate.public_bytes(Encoding.PEM).decode()
    context = ssl.create_default_context(cadata=text)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        with theirs:
            context.wrap_socket(theirs, server_hostname=asked).close()
    finally:
        serving.join()


@pytest.mark.parametrize("host", ["twilio.com", "api.twilio.com", "a" * 60 + ".b.twilio.com"])
def test_a_strict_client_believes_it_for_the_redirected_hosts(tmp_path: Path, host: str) -> None:
    shake_hands(Authority(["twilio.com"], tmp_path), host, host)
    assert list(tmp_path.iterdir()) == []  # no key stays on the disk


def test_it_cannot_vouch_for_any_other_host(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake_hands(Authority(["twilio.com"], tmp_path), "example.com", "example.com")


def test_a_certificate_is_for_its_own_host_alone(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(Authority(["twilio.com"], tmp_path), "api.twilio.com", "verify.twilio.com")


def test_another_runs_authority_is_not_believed(tmp_path: Path) -> None:
    one, other = Authority(["twilio.com"], tmp_path), Authority(["twilio.com"], tmp_path)
    other.certificate = one.certificate
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(other, "twilio.com", "twilio.com")


def test_contexts_are_kept_and_not_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authority, "MOST_CONTEXTS", 2)
    made = Authority(["twilio.com"], tmp_path)
    first = made.context_for("a.twilio.com")
    made.context_for("b.twilio.com")
    assert made.context_for("a.twilio.com") is first
    made.context_for("c.twilio.com")
    assert made.context_for("a.twilio.com") is first
    made.context_for("d.twilio.com")
    made.context_for("e.twilio.com")
    assert made.context_for("a.twilio.com") is not first
