"""The gateway, as its operator sees it: keys, the vault, sign-in codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from trunkline.control.durations import parse_duration
from trunkline.control.errors import ControlError
from trunkline.control.gateway_platform import KeyInfo, VaultState
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform

__all__ = ["GatewayResource", "told_by_gateway"]

Name = Annotated[
    str,
    Meta(
        pattern=r"\A[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}\Z",
        description="Letters, digits, and . _ @ + -",
    ),
]
Title = Annotated[str, Meta(max_length=200)]


class GatewayKeyToMake(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A key. Its tenant and user come to be with their first key."""

    tenant: Annotated[Name | None, Meta(description="Else the name of the world")] = None
    user: Name = "default"
    name: Annotated[Title | None, Meta(description="For people")] = None
    expires_in: Annotated[
        Annotated[str, Meta(max_length=64)] | None,
        Meta(description="A length of time: `90d`. By default it does not expire"),
    ] = None


class GatewayKey(msgspec.Struct, kw_only=True):
    """A key, without what it takes to use it."""

    id: str
    tenant: str
    user: str
    name: str
    hint: Annotated[str, Meta(description="The first characters of the API key")]
    workspace_key: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeGatewayKey(msgspec.Struct, kw_only=True):
    """A new key. Its secrets are told this once."""

    id: str
    tenant: str
    user: str
    name: str
    api_key: Annotated[str, Meta(description="What Maton's clients send")]
    token: Annotated[str, Meta(description="What Membrane's clients send")]
    workspace_key: str
    workspace_secret: Annotated[str, Meta(description="Signs tokens of the tenant's users")]
    created_at: datetime
    expires_at: datetime | None


class GatewayKeyQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which keys to show."""

    tenant: Name | None = None


class GatewayKeyList(msgspec.Struct):
    """Keys, oldest first."""

    keys: list[GatewayKey]


class RevokedGatewayKey(msgspec.Struct, kw_only=True):
    """A key that is refused from now on."""

    id: str
    revoked: bool = True


class VaultStatus(msgspec.Struct, kw_only=True):
    """The vault."""

    current: Annotated[int, Meta(description="Version of the master key for new secrets")]
    versions: Annotated[list[int], Meta(description="The versions that this node has")]
    source: Annotated[str, Meta(description="`file`, `environment` or `command`")]
    sealed: Annotated[int, Meta(description="Secrets in the database")]
    old: Annotated[int, Meta(description="Of these, those under another master key")]


class MasterKeyToRetire(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An old master key."""

    version: Annotated[int, Meta(ge=1, le=999_999_999)]


class RetiredMasterKey(msgspec.Struct, kw_only=True):
    """A master key that the platform does not use any more."""

    version: int
    told: Annotated[str, Meta(description="What is left to do, for people")]


class SignInCodeToMake(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Whom somebody signs in as."""

    tenant: Annotated[Name | None, Meta(description="Else the name of the world")] = None
    user: Name = "default"


class SignInCode(msgspec.Struct, kw_only=True):
    """A code for the sign-in page."""

    tenant: str
    user: str
    code: Annotated[str, Meta(description="Good once, for five minutes")]


class GatewayResource:
    """The operations on keys, the vault and sign-in codes."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("POST", "/gateway/keys", asks=GatewayKeyToMake, answers=MadeGatewayKey, status=201)
    async def create_gateway_key(self, call: Call, asked: GatewayKeyToMake) -> MadeGatewayKey:
        """Make a key of the gateway.

        `?world=` is where a new tenant belongs: its Trunkline connections act for the first account
        of that world.
        """
        expires_in = _length(asked.expires_in)
        account = await self._platform.account_set(call.world)
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            made = await gateway.keys.create(
                tenant=asked.tenant or call.world.name,
                world_id=call.world.id,
                account_sid=account.account_sid,
                name=(asked.name or "").strip() or "key",
                user=asked.user,
                expires_in=expires_in,
            )
        info = made.info
        return MadeGatewayKey(
            id=info.id,
            tenant=info.tenant,
            user=info.user,
            name=info.name,
            api_key=made.api_key,
            token=made.token,
            workspace_key=made.workspace_key,
            workspace_secret=made.workspace_secret,
            created_at=info.created_at,
            expires_at=info.expires_at,
        )

    @operation("GET", "/gateway/keys", asks=GatewayKeyQuery, answers=GatewayKeyList, in_world=False)
    async def list_gateway_keys(self, call: Call, asked: GatewayKeyQuery) -> GatewayKeyList:
        """List the gateway's keys of all tenants, or of one."""
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            found = await gateway.keys.list(asked.tenant)
        return GatewayKeyList([_shown(key) for key in found])

    @operation("DELETE", "/gateway/keys/{key_id}", answers=RevokedGatewayKey, in_world=False)
    async def revoke_gateway_key(self, call: Call, _: Nothing) -> RevokedGatewayKey:
        """Revoke a key: it, and tokens that were signed with its secret, are refused at once."""
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            revoked = await gateway.keys.revoke(call.path["key_id"])
        if not revoked:
            raise ControlError(404, "no_such_key", "The gateway has no key of that id.")
        return RevokedGatewayKey(id=call.path["key_id"])

    @operation("GET", "/gateway/vault", answers=VaultStatus, in_world=False)
    async def fetch_vault(self, call: Call, _: Nothing) -> VaultStatus:
        """Show the versions of the vault's master key, and how many secrets are sealed."""
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            return _vault(await gateway.vault.status())

    @operation("POST", "/gateway/vault/rotate", answers=VaultStatus, in_world=False)
    async def rotate_vault(self, call: Call, _: Nothing) -> VaultStatus:
        """Seal all secrets under a new master key.

        It is made where master keys are in a file of the platform's own; from the environment or a
        command the newest one is taken. Connections work meanwhile.
        """
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            return _vault(await gateway.vault.rotate())

    @operation(
        "POST",
        "/gateway/vault/retire",
        asks=MasterKeyToRetire,
        answers=RetiredMasterKey,
        in_world=False,
    )
    async def retire_master_key(self, call: Call, asked: MasterKeyToRetire) -> RetiredMasterKey:
        """Forget an old master key that nothing is sealed under any more.

        Backups from before the rotation need it: keep a copy as long as those.
        """
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            told = await gateway.vault.retire(asked.version)
        return RetiredMasterKey(version=asked.version, told=told)

    @operation(
        "POST", "/gateway/sign-in-codes", asks=SignInCodeToMake, answers=SignInCode, status=201
    )
    async def create_sign_in_code(self, call: Call, asked: SignInCodeToMake) -> SignInCode:
        """Make a code with which a person signs in on the gateway's page."""
        tenant = asked.tenant or call.world.name
        account = await self._platform.account_set(call.world)
        gateway = await self._platform.controlled_gateway()
        with told_by_gateway():
            code = await gateway.sign_in_code(
                tenant=tenant,
                user=asked.user,
                world_id=call.world.id,
                account_sid=account.account_sid,
            )
        return SignInCode(tenant=tenant, user=asked.user, code=code)


@contextmanager
def told_by_gateway() -> Iterator[None]:
    """What the gateway refuses, in the control API's form."""
    from trunkline.gateway.errors import GatewayError
    from trunkline.gateway.vault.errors import VaultError

    try:
        yield
    except GatewayError as error:
        raise ControlError(error.status, error.code, error.message) from None
    except VaultError as error:
        raise ControlError(409, "vault", str(error)) from None


def _length(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise ControlError(422, "invalid_parameter", f"expires_in: {error}") from None
    if not length:
        raise ControlError(422, "invalid_parameter", "expires_in: a key lasts for some time.")
    return length


def _shown(key: KeyInfo) -> GatewayKey:
    return GatewayKey(
        id=key.id,
        tenant=key.tenant,
        user=key.user,
        name=key.name,
        hint=key.hint,
        workspace_key=key.workspace_key,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def _vault(state: VaultState) -> VaultStatus:
    return VaultStatus(
        current=state.current,
        versions=list(state.versions),
        source=state.source,
        sealed=state.sealed,
        old=state.old,
    )
