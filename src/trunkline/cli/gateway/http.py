"""One HTTP request to a gateway, with what can go wrong in one sentence."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from trunkline.cli.failure import Failure

__all__ = ["Unreachable", "exchange", "normal_base", "post_form"]

SECONDS = 150.0  # a provider may take a minute, and a refresh of its token comes before


class Unreachable(Failure):
    """The gateway did not answer; whether it did anything is not known."""


def normal_base(text: str) -> str:
    """A gateway's base URL, without a slash at its end; of a bare address the Membrane face.

    Raises Failure.
    """
    try:
        place = urlsplit(text.strip())
        port = place.port
        host = place.hostname or ""
    except ValueError:
        raise _no_url(text) from None
    bad = not text.isascii() or not text.isprintable() or " " in text.strip()
    if bad or place.scheme not in ("http", "https") or not host or place.query or place.fragment:
        raise _no_url(text)
    if place.username is not None or place.password is not None:
        raise Failure("A gateway's URL holds no credentials: write it without what is before @.")
    named = f"[{host}]" if ":" in host else host
    where = named if port is None else f"{named}:{port}"
    return f"{place.scheme}://{where}{place.path.rstrip('/') or '/membrane'}"


@contextmanager
def exchange(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    seconds: float = SECONDS,
) -> Iterator[HTTPResponse]:
    """The answer, whatever its status, to be read within the block. Raises Unreachable."""
    place = urlsplit(url)
    base = f"{place.scheme}://{place.netloc}"
    kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=seconds)
    target = (place.path or "/") + (f"?{place.query}" if place.query else "")
    answered = False
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent
            connection.request(method, target, body, dict(headers or {}))
        response = connection.getresponse()
        answered = True
        yield response
    except ConnectionRefusedError:
        raise Unreachable(f"Nothing answers at {base}: see that the gateway runs there.") from None
    except TimeoutError:
        raise Unreachable(
            f"The gateway at {base} does not answer. If it was asked to change something, look"
            " whether it did before asking again."
        ) from None
    except ssl.SSLError as error:
        raise Unreachable(f"{base} cannot be trusted: {error.reason or error}.") from None
    except (OSError, HTTPException) as error:
        if answered and not isinstance(error, (ConnectionResetError, HTTPException)):
            raise  # of our own output: `trunkline request … | head`
        told = getattr(error, "strerror", None) or type(error).__name__
        raise Unreachable(f"The gateway at {base} cannot be reached: {told}.") from None
    finally:
        connection.close()


def post_form(url: str, fields: Mapping[str, str], *, seconds: float = 30.0) -> tuple[int, bytes]:
    """Status and body of what a form is answered. Raises Unreachable."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
    data = urlencode(fields).encode()
    with exchange("POST", url, data, headers, seconds=seconds) as answer:
        return answer.status, answer.read()


def _no_url(text: str) -> Failure:
    return Failure(
        f"'{text[:200]}' is no URL of a gateway: write http://127.0.0.1:8080/membrane, for example."
    )
