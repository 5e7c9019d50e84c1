"""The addresses of a provider's OAuth endpoints, from the declaration and what was entered."""

from __future__ import annotations

import re
from collections.abc import Mapping

from trunkline.gateway.connectors.addresses import read_address
from trunkline.gateway.connectors.declare import OAuth
from trunkline.gateway.errors import InputInvalid, TargetRefused

__all__ = ["endpoint", "same_origin", "scope_of"]

NAME = re.compile(r"\{([a-z0-9_]+)\}")
PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._~-]{0,251}[A-Za-z0-9])?")
LONGEST = 2_000


def endpoint(template: str, values: Mapping[str, str]) -> str:
    """The URL of `template`, whose `{name}`s are replaced by entered values.

    A value that is only a part of the URL may hold nothing that changes where the URL leads: no
    slash, no `@`, no `..`. Plain http is for a URL that was entered as a whole, and `PostForm`
    refuses it where private networks are not allowed (RFC 6749 section 3.2).

    Raises InputInvalid, which names the field and does not quote it.
    """

    def value_of(match: re.Match[str]) -> str:
        name = match[1]
        value = values.get(name, "")
        if not value:
            raise InputInvalid(f"{name} is missing.")
        if match[0] != template and (not PART.fullmatch(value) or ".." in value):
            raise InputInvalid(f"{name} cannot be a part of an address.")
        return value

    url = NAME.sub(value_of, template)
    try:
        scheme = read_address(url).scheme
    except TargetRefused:
        scheme = ""
    if len(url) > LONGEST or not (scheme == "https" or (scheme and NAME.fullmatch(template))):
        raise InputInvalid("An OAuth endpoint is not an https address.")
    return url


def scope_of(oauth: OAuth, values: Mapping[str, str]) -> str:
    """The scopes to ask for, as the provider wants them; empty for none. A `{name}` of which
    nothing was entered is left out."""
    texts = (NAME.sub(lambda match: values.get(match[1], ""), text) for text in oauth.scopes)
    return oauth.scope_separator.join(text for text in texts if text)


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have one scheme, host and port. What cannot be read has none."""
    try:
        return read_address(one).origin == read_address(other).origin
    except TargetRefused:
        return False
