"""What a connector declares: where its provider is, and by which methods it is authorised.

A connector is one module of this package with one value, `CONNECTOR`. Nothing in it does I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Connector", "Field", "Injected", "Method", "OAuth", "Probe", "Secrets"]

Kind = Literal["BASIC", "API_KEY", "OAUTH2", "PLATFORM"]
Secrets = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """What a request to the provider gets, so that it is authorised."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that a person enters on the hosted page."""

    key: str
    label: str
    secret: bool = True
    required: bool = True
    pattern: str | None = None  # a regular expression for the whole of it
    hint: str = ""  # where the person finds it, in one sentence
    setting: bool = False  # kept as a setting of the connection, readable, not sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """A provider's OAuth 2 endpoints. Texts may hold `{name}`s of the method's fields."""

    authorize_url: str | None  # None: client credentials, nobody is asked
    token_url: str
    scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    client_auth: Literal["client_secret_basic", "client_secret_post", "none"] = (
        "client_secret_basic"
    )
    pkce: bool = True
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    token_params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One way to be authorised.

    `apply` gets what was entered and is sealed. For OAUTH2 the fields are the client's id and
    secret, and `apply` gets `access_token` besides. For PLATFORM nothing is entered: `apply` gets
    `account_sid` and `auth_token` of the tenant's account on this platform.
    """

    key: str
    kind: Kind
    label: str
    apply: Callable[[Secrets], Injected]
    fields: tuple[Field, ...] = ()
    oauth: OAuth | None = None
    # Asked in turn until one succeeds, instead of the connector's own probe.
    probes: tuple[Probe, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A request that changes nothing and tells whether credentials work, and whose they are.

    `check_credentials` makes it.
    """

    path: str  # or a URL of one of the provider's hosts; may hold `{name}`s of what was entered
    method: str = "GET"
    # What is kept as metadata: name → dotted path in the answer's JSON, e.g. `accounts.0.sid`, or
    # `{name}` of what was entered.
    metadata: Mapping[str, str] = field(default_factory=dict)
    # Providers that answer 200 to everything say here, as a dotted path, what must be true.
    ok: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A provider. `hosts` are patterns as `redirect.hosts` has them (`*.` for one or more labels):
    nothing else is ever sent its credentials. None at all: the host of the base URL alone, which
    is one that a person entered."""

    key: str
    name: str
    description: str
    app_url: str
    base_url: str  # where a path alone leads; `{name}`s of settings for one that is entered
    hosts: tuple[str, ...]
    methods: tuple[Method, ...]
    probe: Probe | None = None
    # A regular expression that a host has to fit besides, all of it, where `hosts` covers more
    # than the provider's API.
    host_shape: str | None = None
    # Maton's first path segment → base URL, for those beside `key` itself.
    apps: Mapping[str, str] = field(default_factory=dict)
    # Paths (regular expression) whose JSON objects become forms, because the provider wants forms.
    forms: str | None = None
    # Fields of JSON and XML whose values are covered in answers, because they are keys, and the
    # paths (regular expression) on which they are.
    hidden_fields: tuple[str, ...] = ()
    hidden_on: str | None = None

    @property
    def id(self) -> str:
        """The id that the Membrane contract shows."""
        return f"cnt_{self.key}"

    def method(self, key: str | None) -> Method | None:
        """The method of that key; the first one for None."""
        if key is None:
            return self.methods[0]
        return next((method for method in self.methods if method.key == key), None)

    def probes(self, method: Method) -> tuple[Probe, ...]:
        """The requests of which one has to succeed; none where nothing can be asked."""
        return method.probes or ((self.probe,) if self.probe else ())
