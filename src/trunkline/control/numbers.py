"""Numbers of one's own: what Twilio's API has no word for. All else is its IncomingPhoneNumbers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.numbers import is_short_code
from trunkline.numbers.import_number import Imported, NotImported
from trunkline.numbers.number_parameters import NumberSettings
from trunkline.numbers.resources.shapes import NumberCapabilities
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import AccountIdentity
from trunkline.rest.parameters import bind, parameters_of

__all__ = ["ImportedNumber", "NumberToImport", "Numbers"]

Setting = Annotated[str, Meta(max_length=2048)]


class NumberToImport(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A number, and the settings it starts with, which are those of IncomingPhoneNumbers."""

    phone_number: Annotated[
        str, Meta(max_length=64, description="In E.164, of any country; or a short code: `12345`")
    ]
    country: Annotated[
        Annotated[str, Meta(max_length=2)] | None,
        Meta(description="ISO 3166: where a short code works. Any other number says it itself"),
    ] = None
    account_sid: Annotated[
        Setting | None, Meta(description="Whose it is to be; by default the first account's")
    ] = None
    capabilities: Annotated[
        list[Literal["voice", "sms", "mms"]] | None,
        Meta(description="What it can do; by default all that such a number can"),
    ] = None
    simulated: Annotated[
        bool, Meta(description="Take a number that no country has given out. Not in production")
    ] = False
    friendly_name: Setting | None = None
    sms_url: Setting | None = None
    sms_method: Setting | None = None
    sms_fallback_url: Setting | None = None
    sms_fallback_method: Setting | None = None
    sms_application_sid: Setting | None = None
    voice_url: Setting | None = None
    voice_method: Setting | None = None
    voice_fallback_url: Setting | None = None
    voice_fallback_method: Setting | None = None
    voice_application_sid: Setting | None = None
    status_callback: Setting | None = None
    status_callback_method: Setting | None = None


class ImportedNumber(msgspec.Struct, kw_only=True):
    """The number as it is now; `created` is false where the account had it already, and then
    nothing was changed."""

    created: bool
    sid: str
    account_sid: str
    phone_number: str
    friendly_name: str
    iso_country: Annotated[str, Meta(description="ISO 3166; `ZZ` for what is of no country")]
    type: Annotated[str, Meta(description="`local`, `mobile`, `tollfree` or `short_code`")]
    capabilities: NumberCapabilities


class Released(msgspec.Struct, kw_only=True):
    """What was taken out of the world."""

    short_code: str


class Numbers:
    """The operation on numbers."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("POST", "/numbers", asks=NumberToImport, answers=ImportedNumber)
    async def import_number(self, call: Call, asked: NumberToImport) -> ImportedNumber:
        """Give an account a number that is not for sale: ported, or a carrier's.

        One that the account has already is left as it is, so that a list can be imported again.
        """
        if asked.simulated and self._platform.settings.mode == "production":
            raise ControlError(
                409, "production_mode", "A platform in production mode has no simulated numbers."
            )
        try:
            if is_short_code(asked.phone_number.strip()):
                return _short_code(await self._bring_in(call, asked))
            if asked.country is not None:
                raise NotImported("invalid_country", "Only a short code needs to say its country.")
            found = await self._platform.import_number(
                await self._account(call, asked.account_sid),
                asked.phone_number,
                bind(NumberSettings, _form(asked)),
                capabilities=asked.capabilities,
                simulated=asked.simulated,
            )
        except NotImported as error:
            status = 409 if error.code == "number_taken" else 422
            raise ControlError(status, error.code, str(error)) from None
        except ApiError as error:
            raise ControlError(
                422, "invalid_parameter", f"{error.message} (error {error.code})"
            ) from None
        row = found.row
        return ImportedNumber(
            created=found.created,
            sid=f"PN{row['id'].hex}",
            account_sid=f"AC{row['account_id'].hex}",
            phone_number=row["phone_number"],
            friendly_name=row["friendly_name"],
            iso_country=row["iso_country"],
            type=row["type"],
            capabilities=NumberCapabilities(
                voice=row["voice_capable"],
                sms=row["sms_capable"],
                mms=row["mms_capable"],
                fax=row["fax_capable"],
            ),
        )

    @operation("DELETE", "/numbers/{short_code}", answers=Released)
    async def release_short_code(self, call: Call, _: Nothing) -> Released:
        """Take a short code out of the world. Its messages stay. Other numbers: Twilio's API."""
        code = call.path["short_code"]
        if not is_short_code(code) or not await self._platform.short_codes.release(
            call.world.id, code
        ):
            raise ControlError(404, "no_such_short_code", "This world has no such short code.")
        return Released(short_code=code)

    async def _bring_in(self, call: Call, asked: NumberToImport) -> Imported:
        return await self._platform.short_codes.bring_in(
            await self._account(call, asked.account_sid),
            asked.phone_number,
            bind(NumberSettings, _form(asked)),
            country=asked.country,
            capabilities=asked.capabilities,
        )

    async def _account(self, call: Call, sid: str | None) -> AccountIdentity:
        if sid is None:
            sid = (await self._platform.account_set(call.world)).account_sid
        account = await self._platform.authenticator.account(sid)
        if account is None or account.world_id != call.world.id or account.is_test:
            raise ControlError(404, "no_such_account", "This world has no account of that SID.")
        return account


def _short_code(found: Imported) -> ImportedNumber:
    row = found.row
    return ImportedNumber(
        created=found.created,
        sid=f"SC{row['id'].hex}",
        account_sid=f"AC{row['account_id'].hex}",
        phone_number=row["short_code"],
        friendly_name=row["friendly_name"],
        iso_country=row["iso_country"],
        type="short_code",
        capabilities=NumberCapabilities(voice=False, sms=True, mms=row["mms_capable"], fax=False),
    )


def _form(asked: NumberToImport) -> dict[str, list[str]]:
    """The settings as Twilio's API takes them, so that they are read by the same declaration."""
    given = {
        name: getattr(asked, spec.attribute, None)
        for name, spec in parameters_of(NumberSettings).items()
    }
    return {name: [value] for name, value in given.items() if value is not None}
