"""What the path of a request names: the SID of a resource, and the resource itself."""

from __future__ import annotations

from typing import TypeVar

from trunkline.rest import catalogue
from trunkline.rest.operation import Call

__all__ = ["path_sid", "there"]

R = TypeVar("R")


def path_sid(call: Call, prefix: str, name: str = "Sid") -> str:
    """The SID in the part `name` of the path, its digits in lower case; 20404 for one of
    another kind."""
    sid = call.path[name]
    if sid[:2] != prefix:
        raise catalogue.NOT_FOUND(path=call.resource)
    return prefix + sid[2:].lower()


def there(call: Call, found: R | None) -> R:
    """What was found; 20404 where there was nothing."""
    if found is None:
        raise catalogue.NOT_FOUND(path=call.resource)
    return found
