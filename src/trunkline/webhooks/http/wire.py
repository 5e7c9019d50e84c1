"""Requests to bytes (RFC 9112), and where they go."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from trunkline.webhooks.target import STANDARD_PORTS, read_target

__all__ = ["Origin", "read_origin", "split_url", "write_request"]


class Origin(NamedTuple):
    """Whom a connection is to."""

    secure: bool
    host: str  # an IPv6 address without brackets
    port: int


def split_url(url: str) -> tuple[str, str]:
    """The origin of a wire form (`Target.url`), and the request target: path and query."""
    end = url.index("/", len("https://"))
    return url[:end], url[end:]


@lru_cache(2048)
def read_origin(text: str) -> Origin:
    """The parts of an origin that `split_url` gave."""
    target = read_target(text)
    return Origin(target.scheme == "https", target.host, target.port or STANDARD_PORTS["http"])


def write_request(
    method: str, target: str, headers: Mapping[str, str], body: bytes | None
) -> bytes:
    """A request as it is sent; `headers` as they are given, in their order.

    ValueError: what would become another request than is meant. A server that asks for digest
    authentication, or sets cookies, has a say in what the headers are.
    """
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = f"{method} {target} HTTP/1.1\r\n{''.join(lines)}\r\n"
    ends = len(lines) + 2
    if head.count("\n") != ends or head.count("\r") != ends or "\0" in head:
        raise ValueError("a line end or NUL in the head of a request")
    data = head.encode()
    return data + body if body else data
