"""What the control API needs of the platform that it controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from trunkline.accounts import AccountAuthenticator, AccountSet
from trunkline.bus import LocalBus
from trunkline.carriers.virtual import Phones
from trunkline.control.controlled_calls import ControlledCalls
from trunkline.messaging.consents.import_consents import ImportConsents
from trunkline.messaging.consents.list_consents import ListConsents
from trunkline.messaging.consents.opt_outs import Services
from trunkline.messaging.consents.words_of_services import WordsOfServices
from trunkline.messaging.explain_message import Explanation
from trunkline.messaging.links.manage_domains import ManageDomains
from trunkline.messaging.links.read_links import ReadLinks
from trunkline.messaging.media.files import MediaFile
from trunkline.messaging.media.media_accounts import MediaAccounts
from trunkline.messaging.phone_inbox import InboxEntry
from trunkline.messaging.transcript import TranscriptEntry
from trunkline.numbers import ImportNumber, ShortCodes
from trunkline.settings import Settings
from trunkline.store import Database
from trunkline.webhooks.alerts.account_settings import WebhookAccounts
from trunkline.webhooks.history import History
from trunkline.webhooks.resend import Resend
from trunkline.webhooks.world_settings import WebhookWorlds
from trunkline.worlds import Advanced, World, WorldLimits, Worlds

if TYPE_CHECKING:
    from trunkline.control.gateway_platform import ControlledGateway
    from trunkline.control.status import Status

__all__ = ["ControlledPlatform"]


class Receive(Protocol):
    """A message from a phone to one of the world's numbers."""

    async def __call__(
        self,
        *,
        world_id: str,
        phone: str,
        number: str,
        body: str,
        media_urls: Sequence[str] = (),
        media: Sequence[MediaFile] = (),
    ) -> str:
        """The SID of the inbound message. Raises NoSuchNumber, MediaNotTaken."""


class Inbox(Protocol):
    """What a phone has received."""

    async def __call__(self, world_id: str, phone: str, limit: int = 50) -> list[InboxEntry]:
        """The newest entries, newest first."""


class Transcript(Protocol):
    """What was said in a world."""

    async def __call__(self, world_id: str, limit: int) -> list[TranscriptEntry]:
        """The newest entries, oldest first."""


class Advance(Protocol):
    """Moves a world's clock."""

    async def __call__(
        self, world: World, by: timedelta, until: Callable[[], bool] | None = None
    ) -> Advanced:
        """Returns when the world is idle again, earlier when `until` is true at a rest. Raises
        ClockNotMovable."""


class Explain(Protocol):
    """Tells all that is known of a message."""

    async def __call__(self, world_id: str, sid: str) -> Explanation | None:
        """None when the world has no such message."""


class ReadMessage(Protocol):
    """A phone reads a message that came on WhatsApp or RCS."""

    async def __call__(self, world_id: str, phone: str, sid: str) -> None:
        """Once its sender is going to be told. Raises NotOnPhone, NotReadable."""


class Reset(Protocol):
    """Empties a world."""

    async def __call__(self, world: World) -> None:
        """Returns once it is empty and its clock is back at real time."""


class ReportStatus(Protocol):
    """Tells how the platform is."""

    async def __call__(self) -> Status:
        """Raises StoreUnavailable."""


class Between(Protocol):
    """Tells between which numbers messages, calls and recordings of calls are."""

    async def __call__(
        self, world_id: str, sids: Sequence[str]
    ) -> Mapping[str, tuple[str | None, str]]:
        """Sender and recipient of those that the world has, by SID. Raises StoreUnavailable."""


class Consents(Protocol):
    """Who wants whose messages."""

    @property
    def imports(self) -> ImportConsents: ...
    @property
    def found(self) -> ListConsents: ...
    @property
    def words(self) -> WordsOfServices: ...
    @property
    def services(self) -> Services: ...


class ControlledPlatform(Protocol):
    """`trunkline.server.compose.Platform`, as far as the control API sees it."""

    @property
    def status(self) -> ReportStatus: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def bus(self) -> LocalBus: ...
    @property
    def worlds(self) -> Worlds: ...
    @property
    def limits(self) -> WorldLimits: ...
    @property
    def phones(self) -> Phones: ...
    @property
    def calls(self) -> ControlledCalls: ...
    @property
    def receive(self) -> Receive: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def transcript(self) -> Transcript: ...
    @property
    def advance(self) -> Advance: ...
    @property
    def between(self) -> Between: ...
    @property
    def explain(self) -> Explain: ...
    @property
    def read_message(self) -> ReadMessage: ...
    @property
    def reset(self) -> Reset: ...
    @property
    def import_number(self) -> ImportNumber: ...
    @property
    def short_codes(self) -> ShortCodes: ...
    @property
    def authenticator(self) -> AccountAuthenticator: ...
    @property
    def webhook_history(self) -> History: ...
    @property
    def resend(self) -> Resend: ...
    @property
    def webhook_worlds(self) -> WebhookWorlds: ...
    @property
    def webhook_accounts(self) -> WebhookAccounts: ...
    @property
    def media_accounts(self) -> MediaAccounts: ...
    @property
    def link_domains(self) -> ManageDomains: ...
    @property
    def read_links(self) -> ReadLinks: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def control_token(self) -> str: ...
    async def account_set(self, world: World) -> AccountSet:
        """The credentials of a world's first account."""

    async def controlled_gateway(self) -> ControlledGateway:
        """The gateway, which is loaded when it is first asked for. Raises StoreUnavailable."""

    def gateway_key(self, world: World) -> str | None:
        """The key of the gateway that a world has in development."""

    def numbers_of(self, world: World) -> list[str]:
        """The numbers that somebody owns in a world."""

    async def create_world(self, name: str) -> tuple[World, AccountSet]:
        """A world with its own account, credentials and numbers."""
