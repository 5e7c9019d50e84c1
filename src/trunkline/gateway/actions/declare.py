"""What an action declares: its words, its input, the request that it makes, what comes out.

A family of actions is one module of a connector's package (`twilio/messages.py`). Nothing in it
does I/O. The provider's names are those of its own API description; tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

__all__ = ["DIALECT", "Action", "Choice", "Input", "Paging"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One field of an action's input.

    It goes into the path where the path has `{sends}`, else into the query of a GET or DELETE, or
    the form of a POST. A list is sent as a repeated parameter, an object as JSON text.
    """

    name: str  # as an agent writes it, in lowerCamelCase
    sends: str  # the provider's own name of it; taken as another spelling of `name`
    schema: Schema
    must_be: str  # ends the sentence "NAME must be …"
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Fields of which at least one is needed, at most one may be there, or exactly one."""

    names: tuple[str, ...]
    needed: bool = True
    exclusive: bool = False

    def schema(self) -> dict[str, Any]:
        """The same in JSON Schema."""
        each = [{"required": [name]} for name in self.names]
        if self.needed:
            return {"oneOf" if self.exclusive else "anyOf": each}
        pairs = [
            {"required": [first, second]}
            for index, first in enumerate(self.names)
            for second in self.names[index + 1 :]
        ]
        return {"not": {"anyOf": pairs}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a list comes in pages, and where an answer has them."""

    items: str  # the name of the list in an answer
    limit: str = "limit"  # the input that says how many items are wanted in all
    following: str = "next_page_uri"  # where an answer has the address of the page after it
    most: int = 1000  # items in a page


@dataclass(frozen=True, kw_only=True, eq=False)
class Action:
    """Something that can be done with a connection of one of `connectors`."""

    key: str  # unique within its family, e.g. `send-message`
    family: str  # whose API it speaks, e.g. `twilio`
    name: str
    description: str
    connectors: tuple[str, ...]  # the keys of those connectors
    method: Literal["GET", "POST", "DELETE"]
    path: str  # as the provider's API description has it: `/…/{AccountSid}/Messages/{Sid}.json`
    inputs: tuple[Input, ...]
    output: Schema
    choices: tuple[Choice, ...] = ()
    paging: Paging | None = None
    words: str = ""  # further words that people use for it: found by search, not shown
    defaults: Mapping[str, Any] = field(default_factory=dict)  # of inputs that are not given

    @property
    def id(self) -> str:
        """The id that the Membrane contract shows; unique among all actions."""
        return f"act_{self.family}_{self.key}"

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """Its input in JSON Schema 2020-12, with the names that it declares."""
        schema: dict[str, Any] = {
            "$schema": DIALECT,
            "type": "object",
            "properties": {
                each.name: {**each.schema, "default": self.defaults[each.name]}
                if each.name in self.defaults
                else dict(each.schema)
                for each in self.inputs
            },
            "additionalProperties": False,
        }
        if required := [each.name for each in self.inputs if each.required]:
            schema["required"] = required
        if self.choices:
            schema["allOf"] = [choice.schema() for choice in self.choices]
        return schema

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """What comes out, in JSON Schema 2020-12."""
        return {"$schema": DIALECT, **self.output}
