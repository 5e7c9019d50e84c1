"""What test credentials are answered: magic numbers decide, nothing is stored or dialled (7.3)."""

from __future__ import annotations

from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.sids import SidFactory
from trunkline.voice.addresses import split_parameters
from trunkline.voice.decide_call import callback_of, document_of, refuse_mismatch
from trunkline.voice.model import NewCall
from trunkline.voice.parameters import CreateCallParameters
from trunkline.worlds import WorldClock

__all__ = ["pretend_to_call"]


def pretend_to_call(
    account: AccountIdentity, asked: CreateCallParameters, sids: SidFactory, clock: WorldClock
) -> NewCall:
    """The call that a create would have made, or the error of a magic number."""
    _check_called(asked.to)
    refuse_mismatch(asked)
    _check_caller(asked.sender)
    if asked.application_sid is not None:
        raise catalogue.INVALID_APPLICATION(value=asked.application_sid)  # they have none
    now = clock.now()
    return NewCall(
        sid=sids.new("CA"),
        account_id=account.sid[2:],
        world_id=account.world_id,
        direction="outbound-api",
        path=("queued",),
        sender=asked.sender,
        recipient=split_parameters(asked.to)[0],
        document=document_of(asked),
        created_at=now,
        real_time=now,
        status_callback=callback_of(asked),
    )


def _check_called(address: str) -> None:
    match address:
        case "+15005550001":
            raise catalogue.CALL_TO_NOT_A_NUMBER()
        case "+15005550002":
            raise catalogue.CALL_TO_UNREACHABLE(to=address)
        case "+15005550003":
            raise catalogue.CALL_NOT_PERMITTED(to=address)
        case "+15005550004":
            raise catalogue.CALL_BLOCKED(to=address)


def _check_caller(address: str) -> None:
    match address:
        case "+15005550001":
            raise catalogue.CALL_FROM_INVALID(sender=address)
        case "+15005550006":
            return
    raise catalogue.CALL_FROM_NOT_VERIFIED(sender=address)
