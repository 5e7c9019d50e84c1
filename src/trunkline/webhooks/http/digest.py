"""Digest access authentication (RFC 7616): the answer to a challenge.

No I/O: headers of a 401 in, an Authorization header out. `auth-int` and sessions are not offered
by what an app puts before its webhook; a challenge that asks for them alone is not answered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable

__all__ = ["answer_challenge"]

HASHES: dict[str, Callable[[bytes], str]] = {
    "SHA-512-256": lambda data: hashlib.new("sha512_256", data).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
}
MOST_CHALLENGE = 4096  # characters

_PARAMETER = re.compile(r'\s*,?\s*([A-Za-z0-9_*-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_SCHEME = re.compile(r"(?:^|,)\s*Digest\s+", re.IGNORECASE)


def answer_challenge(
    challenges: Iterable[str], *, user: str, password: str, method: str, target: str, cnonce: str
) -> str | None:
    """The Authorization header for the best of the challenges; None when none can be answered.

    `target` is the request target as on the wire, `cnonce` random text of the client.
    """
    offers = [offer for header in challenges for offer in _digests(header)]
    for algorithm, digest in HASHES.items():
        for offer in offers:
            if offer.get("algorithm", "MD5").upper() == algorithm:
                return _answer(offer, digest, user, password, method, target, cnonce)
    return None


def _digests(header: str) -> list[dict[str, str]]:
    """The Digest challenges of a WWW-Authenticate header that can be answered."""
    found = []
    header = header[:MOST_CHALLENGE]
    for begin in _SCHEME.finditer(header):
        offer: dict[str, str] = {}
        position = begin.end()
        while match := _PARAMETER.match(header, position):
            quoted = match[2]
            value = match[3] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            offer.setdefault(match[1].lower(), value)
            position = match.end()
        qualities = [word.strip().lower() for word in offer.get("qop", "").split(",")]
        if offer.get("nonce") and "realm" in offer and ("auth" in qualities or qualities == [""]):
            found.append(offer)
    return found


def _answer(
    offer: dict[str, str],
    digest: Callable[[bytes], str],
    user: str,
    password: str,
    method: str,
    target: str,
    cnonce: str,
) -> str:
    def of(*parts: str) -> str:
        return digest(":".join(parts).encode("utf-8", "surrogateescape"))

    realm, nonce = offer["realm"], offer["nonce"]
    identity, request = of(user, realm, password), of(method, target)
    fields = [("username", user), ("realm", realm), ("nonce", nonce), ("uri", target)]
    bare = [("algorithm", offer["algorithm"])] if "algorithm" in offer else []
    if offer.get("qop"):
        count = "00000001"  # each challenge is answered once
        response = of(identity, nonce, count, cnonce, "auth", request)
        bare += [("qop", "auth"), ("nc", count)]
        fields.append(("cnonce", cnonce))
    else:
        response = of(identity, nonce, request)
    fields.append(("response", response))
    if "opaque" in offer:
        fields.append(("opaque", offer["opaque"]))
    return "Digest " + ", ".join(
        [f'{name}="{_quote(value)}"' for name, value in fields]
        + [f"{name}={value}" for name, value in bare]
    )


def _quote(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
