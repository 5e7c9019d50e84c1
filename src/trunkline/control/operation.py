"""Declares what the control API can do: the router and the OpenAPI document both follow it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from trunkline.rest.caller import NOBODY, Caller
from trunkline.worlds import World

__all__ = ["BoundOperation", "Call", "Nothing", "Operation", "bound_operations", "operation"]


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """What an operation without parameters asks for."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in: its path's parameters and the world that it is about."""

    path: Mapping[str, str]
    base_url: str
    _world: World | None = None
    caller: Caller = NOBODY

    @property
    def world(self) -> World:
        """The world of `?world=`, which is `default` when none is named."""
        assert self._world is not None, "the operation is declared with in_world=False"
        return self._world


@dataclass(frozen=True, slots=True)
class Operation:
    """The declaration: see `operation`."""

    name: str
    method: str
    path: str
    asks: type[msgspec.Struct]
    answers: type | None
    status: int
    content_type: str
    is_open: bool
    in_world: bool
    most_body: int | None
    summary: str
    description: str

    @property
    def takes_body(self) -> bool:
        """Whether `asks` comes as a JSON body; else it comes as query parameters."""
        return self.method in ("POST", "PUT", "PATCH")


F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


def operation(
    method: str,
    path: str,
    *,
    asks: type[msgspec.Struct] = Nothing,
    answers: type | None = None,
    status: int = 200,
    content_type: str = "application/json",
    is_open: bool = False,
    in_world: bool = True,
    most_body: int | None = None,
) -> Callable[[F], F]:
    """Declare a method `(self, call, asked)` as an operation of the same name.

    `path` is below the API's prefix, with `{names}`. `asks` is what the JSON body must be (POST,
    PUT, PATCH) or what the query may hold. `answers` is the type of the answer's JSON; None for
    an empty answer or one that is not JSON. `is_open` needs no token. `in_world` takes `?world=`.
    `most_body` is how many bytes its body may have, where that is more than others may.
    The docstring's first line is the summary, the rest the description.
    """

    def declare(function: F) -> F:
        summary, _, rest = (function.__doc__ or "").strip().partition("\n")
        function.__operation__ = Operation(  # type: ignore[attr-defined]
            name=function.__name__,
            method=method,
            path=path,
            asks=asks,
            answers=answers,
            status=status,
            content_type=content_type,
            is_open=is_open,
            in_world=in_world,
            most_body=most_body,
            summary=summary.strip(),
            description=" ".join(rest.split()),
        )
        return function

    return declare


@dataclass(frozen=True, slots=True)
class BoundOperation:
    """A declaration with the method of the instance that carries it out."""

    operation: Operation
    handler: Callable[[Call, Any], Awaitable[Any]]


def bound_operations(*resources: object) -> Iterator[BoundOperation]:
    """The operations of resource instances, in the order written."""
    for resource in resources:
        for name, member in vars(type(resource)).items():
            declaration = getattr(member, "__operation__", None)
            if declaration is not None:
                yield BoundOperation(declaration, getattr(resource, name))
