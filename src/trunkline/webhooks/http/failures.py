"""What went wrong with an attempt: the code of the alert, a sentence, and how the retry policy
sees it (behaviour 3.2)."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass

from trunkline.webhooks.http.bodies import BadBody
from trunkline.webhooks.http.client_errors import (
    BadAnswer,
    ClientError,
    Closed,
    ConnectTimeout,
    NotConnected,
    Silent,
)
from trunkline.webhooks.http.network_rules import AddressRefused
from trunkline.webhooks.http.passage import Passage
from trunkline.webhooks.http.retry import Failure
from trunkline.webhooks.overrides import Overrides
from trunkline.webhooks.target import InvalidTarget, Target

__all__ = ["ERRORS", "Failed", "explain", "out_of_time"]

# All that a request may raise, but for faults of our own.
ERRORS = (ClientError, InvalidTarget, BadBody, OSError, ValueError)

RETRIEVAL = 11200
CONNECTION = 11205
PROTOCOL = 11206
NAME = 11210
HANDSHAKE = 11220
MISMATCH = 11235
EXPIRED = 11236
UNTRUSTED = 11237

# X509_V_ERR_… of OpenSSL
NOT_YET_VALID, HAS_EXPIRED, WRONG_HOST, WRONG_ADDRESS = 9, 10, 62, 64


@dataclass(frozen=True, slots=True)
class Failed:
    """How an attempt failed."""

    code: int  # of the alert
    reason: str  # the rest of a sentence that begins with the request
    failure: Failure


def explain(error: BaseException, target: Target, overrides: Overrides, passage: Passage) -> Failed:
    """What an error of `ERRORS` means."""
    if isinstance(error, ConnectTimeout):
        return _not_connected(target, passage, overrides.ct)
    if isinstance(error, NotConnected):
        return _connecting(error, target)
    if isinstance(error, InvalidTarget):
        return Failed(error.code, str(error), Failure.FINAL)
    if isinstance(error, BadBody):
        return Failed(RETRIEVAL, str(error), Failure.FINAL)
    if isinstance(error, Silent):
        return _silent(overrides.rt, passage)
    if isinstance(error, BadAnswer):
        return Failed(PROTOCOL, f"no valid HTTP: {error}", Failure.FINAL)
    if isinstance(error, Closed | OSError):
        return _closed(error, passage)
    return Failed(11100, "the URL cannot be requested", Failure.FINAL)


def out_of_time(target: Target, overrides: Overrides, passage: Passage | None) -> Failed:
    """The time for all attempts together is up."""
    if passage is not None and passage.peer is None:
        return _not_connected(target, passage, overrides.tt)
    return Failed(RETRIEVAL, f"no complete answer within {overrides.tt / 1000:g} s", Failure.FINAL)


def _not_connected(target: Target, passage: Passage, ms: int) -> Failed:
    if passage.looking_up:
        reason = f"no address for {target.host} within {ms / 1000:g} s"
        return Failed(NAME, reason, Failure.CONNECT)
    return Failed(CONNECTION, f"no connection within {ms / 1000:g} s", Failure.CONNECT)


def _connecting(error: NotConnected, target: Target) -> Failed:
    cause = error.os_error
    if isinstance(cause, AddressRefused):
        reason = f"the address of {target.host} is private, which is not allowed here"
        return Failed(NAME, reason, Failure.FINAL)
    if error.nameless:
        return Failed(NAME, f"no address for {target.host}", Failure.CONNECT)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate(cause, target)
    if isinstance(cause, ssl.SSLError | ConnectionResetError | ConnectionAbortedError):
        detail = getattr(cause, "reason", None) or "the connection was closed"
        text = str(detail).replace("_", " ").lower()
        return Failed(HANDSHAKE, f"the TLS handshake failed: {text}", Failure.CONNECT)
    text = os.strerror(cause.errno).lower() if cause.errno else "it cannot be reached"
    return Failed(CONNECTION, f"no connection to port {target.port}: {text}", Failure.CONNECT)


def _certificate(error: ssl.SSLCertVerificationError, target: Target) -> Failed:
    number = error.verify_code
    if number in (WRONG_HOST, WRONG_ADDRESS):
        return Failed(MISMATCH, f"the certificate is not for {target.host}", Failure.CONNECT)
    if number == HAS_EXPIRED:
        return Failed(EXPIRED, "the certificate has expired", Failure.CONNECT)
    if number == NOT_YET_VALID:
        return Failed(EXPIRED, "the certificate is not valid yet", Failure.CONNECT)
    text = f"the certificate is not trusted: {error.verify_message}"
    return Failed(UNTRUSTED, text, Failure.CONNECT)


def _silent(ms: int, passage: Passage) -> Failed:
    if passage.deaf:
        reason = "webhook chaos closed the connection before the answer"
        return Failed(CONNECTION, reason, Failure.FINAL)
    if passage.heard:
        return Failed(RETRIEVAL, f"the answer stopped for {ms / 1000:g} s", Failure.FINAL)
    return Failed(RETRIEVAL, f"no answer within {ms / 1000:g} s", Failure.READ)


def _closed(error: BaseException, passage: Passage) -> Failed:
    if passage.heard:
        return Failed(RETRIEVAL, "the answer was cut off", Failure.FINAL)
    if isinstance(error.__cause__, ssl.SSLError):  # TLS 1.3: a refusal comes after the handshake
        return Failed(HANDSHAKE, "the TLS connection was refused", Failure.CONNECT)
    # A connection from the pool was closed while it was idle: the app never saw the request.
    failure = Failure.CONNECT if passage.reused else Failure.CLOSED
    return Failed(CONNECTION, "the connection was closed without an answer", failure)
