"""From a request's address to the operation that answers it.

A product (`api`, `messaging` …) is named by the first label of the host, whatever follows it
(`api.twilio.com`, `api.dublin.ie1.twilio.com`, `messaging.localhost:8080`), or by a prefix of the
path (`/messaging/v1/Services`), which wins. `/2010-04-01` belongs to `api` on any host.

The 2010 API chooses the representation by a suffix of the path (0.1): `.json`, or XML for `.xml`
and for none. The v1 and v2 products have no suffix and always answer JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

import msgspec

from trunkline.rest import catalogue
from trunkline.rest.operation import BoundOperation, Operation

__all__ = ["Place", "Route", "Router"]

CLASSIC = "2010-04-01"
VERSION = re.compile(r"v[0-9]{1,2}|2010-04-01")
SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
MOST_TEXT = 64
MOST_HOSTS = 256


class Place(msgspec.Struct, frozen=True):
    """Where a request goes, as far as its address alone tells.

    `product` is None when neither host nor path names one. `prefix` is the product's part of the
    path (`/messaging`, or empty), `segments` what follows it, decoded and without the suffix;
    None when they cannot be decoded. `resource` is the path as Twilio prints it; `xml` is
    whether a refusal is told in XML.
    """

    product: str | None
    prefix: str
    segments: Sequence[str] | None
    suffix: str
    resource: str
    xml: bool


class Route(msgspec.Struct, frozen=True):
    """An operation with the values of the `{Names}` in its path, by name."""

    bound: BoundOperation
    path: dict[str, str]
    xml: bool


@dataclass(frozen=True, slots=True)
class _Leaf:
    bound: BoundOperation
    names: tuple[tuple[str, bool], ...]  # name, and whether its value is a SID


@dataclass(slots=True)
class _Node:
    words: dict[str, _Node] = field(default_factory=dict)
    anything: _Node | None = None
    leaves: dict[str, _Leaf] = field(default_factory=dict)


class Router:
    """Finds operations by address and method, in as many steps as the path has parts."""

    def __init__(self, operations: Iterable[BoundOperation]) -> None:
        self._roots: dict[str, _Node] = {}
        self._hosts: dict[bytes, str | None] = {}
        suffixes = {"json", "xml", "csv"}
        for bound in operations:
            self._add(bound)
            suffixes.update(bound.operation.formats)
        self._suffixes = frozenset(suffixes)

    def _add(self, bound: BoundOperation) -> None:
        operation = bound.operation
        node = self._roots.setdefault(operation.product, _Node())
        names = []
        for part in operation.path.split("/")[1:]:
            if part.startswith("{") and part.endswith("}"):
                name = part[1:-1]
                names.append((name, name.endswith("Sid")))
                if node.anything is None:
                    node.anything = _Node()
                node = node.anything
            else:
                node = node.words.setdefault(part, _Node())
        if operation.method in node.leaves:
            raise ValueError(f"two operations for {operation.method} {operation.path}")
        node.leaves[operation.method] = _Leaf(bound, tuple(names))

    def locate(self, host: bytes | None, raw_path: bytes) -> Place:
        """The place of an address: never refuses, so that refusals know how to be told."""
        if raw_path.isascii():
            text = raw_path.decode("ascii")
        else:
            text = quote(raw_path, safe="/%:@!$&'()*+,;=~")
        parts = text.split("/")[1:]
        prefix = ""
        product: str | None
        if parts and parts[0] == CLASSIC:
            product = "api"
        elif len(parts) > 1 and parts[0] in self._roots and VERSION.fullmatch(parts[1]):
            product = parts.pop(0)
            prefix = f"/{product}"
        else:
            product = self._product_of(host)
        classic = bool(parts) and parts[0] == CLASSIC
        resource = text[len(prefix) :]
        suffix = ""
        if classic:
            last, dot, ending = parts[-1].rpartition(".")
            if dot and ending in self._suffixes:
                parts[-1], suffix = last, ending
        elif product is not None and parts and VERSION.fullmatch(parts[0]):
            resource = resource[len(parts[0]) + 1 :]
        segments: list[str] | None = parts
        if "%" in text:
            segments = _decoded(parts)
        return Place(product, prefix, segments, suffix, resource, classic and suffix != "json")

    def find(self, place: Place, method: str) -> Route:
        """The operation for a method at a place; HEAD finds that of GET.

        Errors: 404/20404 when nothing is there, 405/20004 (with Allow) for another method.
        """
        node = self._node(place)
        if node is None or not node[0].leaves:
            raise catalogue.NOT_FOUND(path=place.resource)
        leaves, values = node[0].leaves, node[1]
        leaf = leaves.get("GET" if method == "HEAD" else method)
        if leaf is None:
            allow = ", ".join(self.methods(place))
            raise catalogue.METHOD_NOT_ALLOWED(headers={"Allow": allow})
        operation = leaf.bound.operation
        if place.suffix and place.suffix not in operation.formats:
            raise catalogue.NOT_FOUND(path=place.resource)
        path: dict[str, str] = {}
        for (name, is_sid), value in zip(leaf.names, values, strict=True):
            if is_sid and value not in operation.also:
                if not SID.fullmatch(value):
                    raise catalogue.NOT_FOUND(path=place.resource)
                value = value[:2] + value[2:].lower()
            elif len(value) > MOST_TEXT or not value.isprintable():
                raise catalogue.NOT_FOUND(path=place.resource)
            path[name] = value
        return Route(leaf.bound, path, place.xml and _speaks_xml(operation, place.suffix))

    def methods(self, place: Place) -> list[str]:
        """The methods that a place answers, for Allow; empty when nothing is there."""
        node = self._node(place)
        if node is None or not node[0].leaves:
            return []
        methods = {*node[0].leaves, "OPTIONS"}
        if "GET" in methods:
            methods.add("HEAD")
        return sorted(methods)

    def _node(self, place: Place) -> tuple[_Node, list[str]] | None:
        if place.product is None or place.segments is None:
            return None
        node = self._roots.get(place.product)
        values: list[str] = []
        for segment in place.segments:
            if node is None:
                return None
            word = node.words.get(segment)
            if word is not None:
                node = word
            elif segment:
                values.append(segment)
                node = node.anything
            else:
                return None
        return None if node is None else (node, values)

    def _product_of(self, host: bytes | None) -> str | None:
        if host is None:
            return None
        try:
            return self._hosts[host]
        except KeyError:
            label = host.split(b":", 1)[0].split(b".", 1)[0].decode("latin-1").lower()
            product = label if label in self._roots else None
            if len(self._hosts) >= MOST_HOSTS:
                self._hosts.clear()  # hosts are few unless someone makes them up
            self._hosts[host] = product
            return product


def _speaks_xml(operation: Operation, suffix: str) -> bool:
    return suffix != "" or "xml" in operation.formats


def _decoded(parts: list[str]) -> list[str] | None:
    try:
        return [unquote_to_bytes(part).decode() if "%" in part else part for part in parts]
    except UnicodeDecodeError:
        return None
