"""Consents: who wants whose messages, and how that is known; the opt-out words of services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from trunkline.control.csv_stream import CsvStream
from trunkline.control.errors import ControlError
from trunkline.control.operation import Call, Nothing, operation
from trunkline.control.platform import ControlledPlatform
from trunkline.messaging.consents.csv_text import InvalidTable, NumberedRow, read_csv
from trunkline.messaging.consents.import_consents import RefusedRow
from trunkline.messaging.consents.list_consents import Consent, ConsentFilter
from trunkline.messaging.consents.read_row import BadConsent
from trunkline.messaging.consents.service_words import InvalidWords, ServiceWords
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import is_sid

__all__ = ["ConsentsResource"]

MOST_IMPORT = 64 << 20  # bytes of one import
MOST_ROWS = 100_000  # rows of one import in JSON
Text = Annotated[str, Meta(max_length=200)]
Status = Literal["blocked", "allowed"]
Method = Literal["keyword", "api", "import"]


class ConsentQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which consents to show."""

    account_sid: Annotated[Text | None, Meta(description="Else the world's first account's")] = None
    sender: Annotated[Text | None, Meta(description="A sender, or the SID of a service")] = None
    recipient: Text | None = None
    status: Status | None = None
    method: Annotated[Method | None, Meta(description="How it is known")] = None
    after: Annotated[
        Annotated[str, Meta(max_length=400)] | None,
        Meta(description="The `next` of the page before"),
    ] = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class ConsentPage(msgspec.Struct):
    """Consents by sender and recipient; `next` is null on the last page."""

    consents: list[Consent]
    next: str | None


class ConsentExportQuery(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which consents to export."""

    account_sid: Text | None = None
    sender: Text | None = None
    status: Status | None = None
    method: Method | None = None


class ConsentPair(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A sender, or the SID of a service, and a recipient."""

    sender: Text
    recipient: Text
    account_sid: Text | None = None


class ConsentHistory(msgspec.Struct):
    """All that was heard of a pair, oldest first."""

    consents: list[Consent]


class ConsentToSet(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a recipient wants. `ip` and `user_agent` are else those of this request."""

    sender: Annotated[Text, Meta(description="A sender, or the SID of a service")]
    recipient: Text
    status: Status
    account_sid: Text | None = None
    source: Text | None = None
    ip: Text | None = None
    user_agent: Annotated[str, Meta(max_length=500)] | None = None
    consented_at: Annotated[Text | None, Meta(description="ISO 8601")] = None


class ConsentSet(msgspec.Struct):
    """Whether anything changed, and how it is now."""

    changed: bool
    consent: Consent


class ConsentImport(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A list of consents: `rows`, or a text in `csv` with heads. Refusals name the `line` of a row,
    which is its place in the list where it does not say another. A row with `trouble` could not be
    read by whoever sends the list, and is refused with these words."""

    rows: Annotated[list[dict[str, Any]], Meta(max_length=MOST_ROWS)] | None = None
    csv: str | None = None
    atomic: Annotated[bool, Meta(description="All rows, or nothing")] = False
    account_sid: Text | None = None


class ConsentImported(msgspec.Struct, kw_only=True):
    """What became of the rows. Nothing is imported where `atomic` was asked for and one is
    refused. The first 1,000 refused ones are told."""

    imported: int
    unchanged: int
    num_refused: int
    refused: list[RefusedRow]


class OptOutWords(msgspec.Struct):
    """The words of a service, which count once they are enabled."""

    service_sid: str
    words: ServiceWords


class ConsentsResource:
    """The operations on consents."""

    def __init__(self, platform: ControlledPlatform) -> None:
        self._platform = platform

    @operation("GET", "/consents", asks=ConsentQuery, answers=ConsentPage)
    async def list_consents(self, call: Call, asked: ConsentQuery) -> ConsentPage:
        """List who wants whose messages, and how that is known."""
        account = await self._account(call, asked.account_sid)
        after_sender, _, after_recipient = (asked.after or "").partition("/")
        found = await self._platform.consents.found.page(
            account.sid[2:],
            ConsentFilter(
                sender=_scope(asked.sender),
                recipient=asked.recipient,
                status=asked.status,
                method=asked.method,
            ),
            after=(after_sender, after_recipient),
            limit=asked.limit + 1,
        )
        if len(found) <= asked.limit:
            return ConsentPage(found, None)
        last = found[asked.limit - 1]
        return ConsentPage(found[: asked.limit], f"{last.sender}/{last.recipient}")

    @operation("PUT", "/consents", asks=ConsentToSet, answers=ConsentSet)
    async def set_consent(self, call: Call, asked: ConsentToSet) -> ConsentSet:
        """Block or allow a recipient, because they said so elsewhere.

        What is so already stays as it is, with its evidence; so does what is known of a later
        time than `consented_at`.
        """
        account = await self._account(call, asked.account_sid)
        given = {
            name: value
            for name, value in msgspec.structs.asdict(asked).items()
            if name != "account_sid" and value is not None
        }
        consents = self._platform.consents
        try:
            row = consents.imports.read(account, given)
        except BadConsent as error:
            raise ControlError(422, "invalid_consent", f"{error}.") from None
        (changed,) = await consents.imports.write(account, [row], method="api", caller=call.caller)
        (consent,) = await consents.found.page(
            account.sid[2:],
            ConsentFilter(sender=row.scope, recipient=row.recipient),
            after=("", ""),
            limit=1,
        )
        return ConsentSet(changed, consent)

    @operation("GET", "/consents/history", asks=ConsentPair, answers=ConsentHistory)
    async def list_consent_history(self, call: Call, asked: ConsentPair) -> ConsentHistory:
        """List all that was ever heard of a pair, oldest first: the evidence."""
        account = await self._account(call, asked.account_sid)
        sender = _scope(asked.sender) or ""
        return ConsentHistory(
            await self._platform.consents.found.history(account.sid[2:], sender, asked.recipient)
        )

    @operation("GET", "/consents/export", asks=ConsentExportQuery, content_type="text/csv")
    async def export_consents(self, call: Call, asked: ConsentExportQuery) -> CsvStream:
        """Export the list as CSV, which an import takes."""
        account = await self._account(call, asked.account_sid)
        wanted = ConsentFilter(
            sender=_scope(asked.sender), status=asked.status, method=asked.method
        )
        return CsvStream(self._platform.consents.found.csv(account.sid[2:], wanted), "consents.csv")

    @operation(
        "POST",
        "/consents/import",
        asks=ConsentImport,
        answers=ConsentImported,
        most_body=MOST_IMPORT,
    )
    async def import_consents(self, call: Call, asked: ConsentImport) -> ConsentImported:
        """Import a list of consents.

        Rows that cannot be taken are told by their lines, and the others are taken; with `atomic`
        all are taken or none, of 10,000 at most. The same list a second time changes nothing, and
        a row that is older than what is known neither; an opt-in without a date lifts no block.
        """
        account = await self._account(call, asked.account_sid)
        if (asked.rows is None) == (asked.csv is None):
            raise ControlError(422, "invalid_parameter", "Give either rows or csv.")
        try:
            done = await self._platform.consents.imports(
                account, _rows(asked), atomic=asked.atomic, caller=call.caller
            )
        except InvalidTable as error:
            raise ControlError(422, "invalid_table", str(error)) from None
        return ConsentImported(
            imported=done.changed,
            unchanged=done.unchanged,
            num_refused=done.num_refused,
            refused=done.refused,
        )

    @operation("GET", "/services/{service_sid}/opt-out", answers=OptOutWords)
    async def fetch_opt_out_words(self, call: Call, _: Nothing) -> OptOutWords:
        """Show the words with which people leave a messaging service, and what they are told."""
        sid = self._service(call)
        return OptOutWords(sid, self._platform.consents.words.settings(sid))

    @operation("PUT", "/services/{service_sid}/opt-out", asks=ServiceWords, answers=OptOutWords)
    async def set_opt_out_words(self, call: Call, asked: ServiceWords) -> OptOutWords:
        """Choose the words of a messaging service: advanced opt-out.

        Lists that are not named are the standard ones. Words count once they are enabled, which
        cannot be taken back.
        """
        sid = self._service(call)
        try:
            words = await self._platform.consents.words.set(sid, asked, call.world.clock.now)
        except InvalidWords as error:
            raise ControlError(422, "invalid_words", str(error)) from None
        except LookupError:
            raise _no_service() from None
        return OptOutWords(sid, words)

    def _service(self, call: Call) -> str:
        service = self._platform.consents.services.find(call.path["service_sid"])
        if service is None or service.world_id != call.world.id:
            raise _no_service()
        return service.sid

    async def _account(self, call: Call, sid: str | None) -> AccountIdentity:
        if sid is None:
            sid = (await self._platform.account_set(call.world)).account_sid
        account = await self._platform.authenticator.account(sid)
        if account is None or account.world_id != call.world.id or account.is_test:
            raise ControlError(404, "no_such_account", "This world has no account of that SID.")
        return account


def _rows(asked: ConsentImport) -> Iterable[NumberedRow]:
    if asked.csv is not None:
        return read_csv(asked.csv)
    return (_numbered(number, row) for number, row in enumerate(asked.rows or (), 1))


def _numbered(number: int, row: dict[str, Any]) -> NumberedRow:
    line, trouble = row.get("line"), row.get("trouble")
    number = line if isinstance(line, int) and 0 < line < 1 << 53 else number
    if isinstance(trouble, str) and trouble:
        return number, trouble[:200]
    return number, {name: value for name, value in row.items() if name != "line"}


def _scope(sender: str | None) -> str | None:
    """A sender as it is kept: the digits of SIDs are lower case."""
    if sender is not None and is_sid(sender, "MG"):
        return sender[:2] + sender[2:].lower()
    return sender


def _no_service() -> ControlError:
    return ControlError(404, "no_such_service", "This world has no messaging service of that SID.")
