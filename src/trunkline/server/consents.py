"""Put consents together: who wants whose messages, how that is known, and the words for it."""

from __future__ import annotations

from trunkline.messaging.consents.import_consents import ImportConsents
from trunkline.messaging.consents.known_sender import KnownSenders
from trunkline.messaging.consents.list_consents import ListConsents
from trunkline.messaging.consents.opt_outs import Services
from trunkline.messaging.consents.resources import BulkConsents
from trunkline.messaging.consents.words_of_services import WordsOfServices
from trunkline.server.core import Core

__all__ = ["RESOURCES", "Consents"]

RESOURCES = (BulkConsents,)


class Consents:
    """The consents of one node."""

    def __init__(self, core: Core, services: Services) -> None:
        self.services = services
        self.words = WordsOfServices(core.database)
        self.imports = ImportConsents(
            core.database, core.worlds, core.sids, KnownSenders(core.own_numbers, services)
        )
        self.found = ListConsents(core.database)
        self.resources: tuple[object, ...] = (BulkConsents(self.imports),)
