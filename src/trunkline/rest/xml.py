"""The XML representation of the 2010 API (0.1): `<TwilioResponse>` with CamelCase elements.

Built from the same Structs as the JSON. An element is named after the Struct's class without
`Resource` at its end, or by its class variable `xml_name`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

from trunkline.rest.errors import ApiError
from trunkline.rest.operation import RestPage

__all__ = ["render_error", "render_item", "render_list", "render_page"]

PROLOG = "<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse>"
END = "</TwilioResponse>"
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOT_NAME = re.compile(r"[^A-Za-z0-9]+")
RETURN = {"\r": "&#13;"}  # a parser would read a bare one as a new line


def render_item(item: msgspec.Struct) -> bytes:
    """One resource: `<TwilioResponse><Message><Sid>…`."""
    return _document(_element(_item_name(type(item)), msgspec.to_builtins(item)))


def render_page(page: RestPage) -> bytes:
    """A page of a list: `<Messages page="0" pagesize="50" …>` around its items."""
    shown = len(page.items)
    start = page.number * page.size if shown else 0
    attributes = {
        "page": page.number,
        "pagesize": page.size,
        "start": start,
        "end": start + shown - 1 if shown else 0,
        "uri": page.current,
        "firstpageuri": page.first,
        "nextpageuri": page.following or "",
        "previouspageuri": page.previous or "",
    }
    return _document(_list(page.key, page.items, attributes))


def render_list(key: str, items: Sequence[msgspec.Struct], resource: str) -> bytes:
    """A list without pages."""
    return _document(_list(key, items, {"uri": resource}))


def render_error(error: ApiError) -> bytes:
    """`<TwilioResponse><RestException>`, its elements in Twilio's order."""
    children = {
        "Code": error.code,
        **({} if error.detail is None else {"Detail": error.detail}),
        "Message": error.message,
        "MoreInfo": error.more_info,
        "Status": error.status,
    }
    return _document(_element("RestException", children))


def _document(content: str) -> bytes:
    return f"{PROLOG}{content}{END}".encode()


def _list(key: str, items: Sequence[msgspec.Struct], attributes: Mapping[str, object]) -> str:
    name = _camel(key)
    told = "".join(f" {k}={quoteattr(_clean(str(v)))}" for k, v in attributes.items())
    inner = "".join(_element(_item_name(type(i)), msgspec.to_builtins(i)) for i in items)
    return f"<{name}{told}>{inner}</{name}>"


def _element(name: str, value: Any) -> str:
    if value is None:
        return f"<{name}/>"
    if isinstance(value, Mapping):
        inner = "".join(_element(_camel(str(k)), v) for k, v in value.items())
    elif isinstance(value, list | tuple):
        inner = "".join(_element(_singular(name), v) for v in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = escape(_clean(str(value)), RETURN)
    return f"<{name}>{inner}</{name}>"


def _clean(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot hold."""
    return FORBIDDEN.sub("", text)


@cache
def _item_name(cls: type) -> str:
    name: str = getattr(cls, "xml_name", None) or cls.__name__.removesuffix("Resource")
    return name


@lru_cache(1024)
def _camel(name: str) -> str:
    made = "".join(part[:1].upper() + part[1:] for part in NOT_NAME.split(name))
    return made if made[:1].isalpha() else f"Item{made}"


def _singular(name: str) -> str:
    for ending, single in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if name.endswith(ending):
            return name[: -len(ending)] + single
    return "Item"
