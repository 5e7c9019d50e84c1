"""`trunkline request`: any request to a provider, by a connection."""

from __future__ import annotations

import re
import sys
from typing import Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.gateway.options import ApiUriOption
from trunkline.cli.options import Place, WorldOption

__all__ = ["request"]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What the gateway decides, or the wire.
NOT_YOURS = {"authorization", "host", "content-length", "transfer-encoding", "connection"}
SAFE = "/%:?@!$&'()*+,;=~-._"  # of a path as it is typed: what is quoted already stays
PIECE = 1 << 16  # bytes
_name = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch


class NotUnderstood(Failure):
    """What was typed is no request; nothing was sent."""

    exit_code = 2


def request(
    connection: Annotated[
        str, typer.Argument(metavar="CONNECTION", help="Its id, or a key that you gave it.")
    ],
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="Behind the provider's base URL; or a whole URL.")
    ],
    body: Annotated[
        str | None, typer.Argument(metavar="BODY", help="The same as --data.", show_default=False)
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method", "-X", metavar="|".join(METHODS), help="The method; GET without a body."
        ),
    ] = None,
    headers: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", metavar="HEADER", help="`Name: value`; may be repeated."),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--data", "-d", metavar="BODY", help="The body; - reads standard input."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="The body is JSON: say so to the provider.", show_default=False
        ),
    ] = False,
    raw: Annotated[
        bool,
        typer.Option(
            "--rawData", help="Send the body as it is, and say nothing of it.", show_default=False
        ),
    ] = False,
    query: Annotated[
        list[str] | None,
        typer.Option("--query", metavar="NAME=VALUE", help="May be repeated."),
    ] = None,
    path_params: Annotated[
        list[str] | None,
        typer.Option("--pathParam", metavar="NAME=VALUE", help="For {NAME} in PATH; repeatable."),
    ] = None,
    api_uri: ApiUriOption = None,
    world: WorldOption = None,
) -> None:
    """Send any request to a provider by a connection, and print what it answers, byte for byte.

    The gateway puts the base URL before the path and authorises the request. A body needs a
    method; it is JSON with `--json`, or if it looks like it, and a form otherwise. Where the
    provider wants forms, JSON becomes one. Exit code 1 from status 400 on, which is then told on
    standard error.

        $ trunkline request $CONNECTION /2010-04-01/Accounts/{sid}/Messages.json \\
            --pathParam sid=AC01a1fd4e72df43f433f39e9655d181db --query PageSize=1
        $ trunkline request $CONNECTION /2010-04-01/Accounts/$SID/Messages.json -X POST \\
            -d "To=%2B14155550123&From=%2B12065550100&Body=Hi"
        $ trunkline request $CONNECTION /chat.postMessage -X POST \\
            --json -d '{"channel": "C1", "text": "Hi"}'
    """
    from trunkline.cli.gateway.api import api_at

    target = _target(connection, path, query or (), path_params or ())
    data = _body(body, text)
    if data is None and (as_json or raw):
        raise NotUnderstood("There is no body: give one with -d.")
    sent = _method(method, has_body=data is not None)
    given = _headers(headers or (), data, as_json=as_json, raw=raw)
    api = api_at(Place(None, world), api_uri)
    with api.send(sent, target, data, given) as answer:
        _print(answer)
        if answer.status >= 400:
            print(f"{answer.status} {answer.reason}".rstrip(), file=sys.stderr)
            raise typer.Exit(1)


def _print(answer: Any) -> None:
    out = sys.stdout.buffer
    while piece := answer.read1(PIECE):
        out.write(piece)
    out.flush()


def _target(connection: str, path: str, query: Any, path_params: Any) -> str:
    from urllib.parse import quote, urlencode

    from trunkline.cli.gateway.api import segment

    given = dict(_pair(each, "--pathParam") for each in path_params)
    names = _name.findall(path)
    for name in names:
        if name not in given:
            raise NotUnderstood(f"The path holds {{{name}}}: give it with --pathParam {name}=…")
    for name in given:
        if name not in names:
            raise NotUnderstood(f"The path holds no {{{name}}}, for which there is a --pathParam.")
    filled = _name.sub(lambda found: quote(given[found[1]], safe=""), path)
    whole = quote(filled, safe=SAFE)
    if not re.match(r"https?://", whole, re.IGNORECASE) and not whole.startswith("/"):
        whole = "/" + whole
    between = "" if whole.startswith("/") else "/"
    target = f"/connections/{segment(connection)}/proxy{between}{whole}"
    pairs = [_pair(each, "--query") for each in query]
    if pairs:
        target += ("&" if "?" in target else "?") + urlencode(pairs)
    return target


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise NotUnderstood(f"{option} is '{text[:100]}', and should be NAME=VALUE.")
    return name, value


def _body(argument: str | None, option: str | None) -> bytes | None:
    if argument is not None and option is not None:
        raise NotUnderstood("There are two bodies: give one, with -d or behind the path.")
    text = option if argument is None else argument
    if text == "-":
        stream = getattr(sys.stdin, "buffer", None)
        return stream.read() if stream is not None else sys.stdin.read().encode()
    return None if text is None else text.encode()


def _method(given: str | None, *, has_body: bool) -> str:
    if given is None:
        if has_body:
            raise NotUnderstood("Say what the body is for: -X POST, -X PUT or -X PATCH.")
        return "GET"
    if given.upper() not in METHODS:
        raise NotUnderstood(f"'{given[:100]}' is no method: write {', '.join(METHODS)}.")
    return given.upper()


def _headers(given: Any, data: bytes | None, *, as_json: bool, raw: bool) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in given:
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not _token(name) or not all(c.isprintable() for c in value):
            raise NotUnderstood(f"'{line[:100]}' is no header: write 'Name: value'.")
        if name.lower() in NOT_YOURS:
            raise NotUnderstood(f"{name} is not yours to set: the gateway does.")
        try:
            value.encode("latin-1")
        except UnicodeEncodeError:
            raise NotUnderstood(f"The header {name} holds what no header can.") from None
        headers[name] = value
    if data is None or raw or any(name.lower() == "content-type" for name in headers):
        return headers
    if as_json or data.lstrip()[:1] in (b"{", b"["):
        kind = "application/json" if _is_json(data) else None
        if kind is None and as_json:
            raise NotUnderstood("The body is no JSON: write it in single quotes.")
        if kind is not None:
            return {**headers, "Content-Type": kind}
    return {**headers, "Content-Type": "application/x-www-form-urlencoded"}


def _is_json(data: bytes) -> bool:
    import json

    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
