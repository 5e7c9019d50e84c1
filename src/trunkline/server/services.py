"""Put messaging services together: the operations on them and on their pools."""

from __future__ import annotations

from trunkline.messaging.services.alpha_resources import (
    ServiceAlphaSenders,
    ServiceDestinationAlphaSenders,
)
from trunkline.messaging.services.change_pool import ChangePool
from trunkline.messaging.services.change_service import ChangeService
from trunkline.messaging.services.lookup import ServiceLookup
from trunkline.messaging.services.pool_operations import PoolOperations
from trunkline.messaging.services.pool_resources import (
    ServiceChannelSenders,
    ServiceNumbers,
    ServiceShortCodes,
)
from trunkline.messaging.services.resources import Services
from trunkline.server.core import Core

__all__ = ["RESOURCES", "service_resources"]

POOLS: tuple[type[PoolOperations], ...] = (
    ServiceNumbers,
    ServiceShortCodes,
    ServiceAlphaSenders,
    ServiceDestinationAlphaSenders,
    ServiceChannelSenders,
)
RESOURCES: tuple[type, ...] = (Services, *POOLS)


def service_resources(core: Core, services: ServiceLookup) -> tuple[object, ...]:
    """The resources of this family, for `rest.operation.bound_operations`.

    `services` is what messaging asks: what a request changes is known to it before the answer.
    """
    change = ChangeService(core.database, core.worlds, core.sids, services)
    change_pool = ChangePool(core.database, core.worlds, core.sids, services)
    pools = [pool(core.database, change_pool) for pool in POOLS]
    return (Services(core.database, change), *pools)
