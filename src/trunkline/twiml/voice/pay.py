"""`<Pay>` and its `<Prompt>`: a card is paid with by keys. Source: behaviour 6.6, Appendix A."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.schema import attribute, children, element, written_at
from trunkline.twiml.voice.codes import STATUS_CALLBACK_INVALID
from trunkline.twiml.voice.play import Pause, Play
from trunkline.twiml.voice.say import Say
from trunkline.twiml.voice.simple import Parameter

__all__ = ["Pay", "Prompt"]

CARD_TYPES: Final = (
    "visa",
    "mastercard",
    "amex",
    "maestro",
    "discover",
    "optima",
    "jcb",
    "diners-club",
    "enroute",
)


@element("Prompt")
@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """`<Prompt>`: what is heard in one step of a payment, for these attempts, cards and errors."""

    for_: str | None = attribute(
        "for",
        kinds.one_of(
            "payment-card-number",
            "expiration-date",
            "security-code",
            "postal-code",
            "payment-processing",
            "bank-account-number",
            "bank-routing-number",
        ),
    )
    error_type: tuple[str, ...] = attribute(
        "errorType",
        kinds.words(
            "timeout",
            "invalid-card-number",
            "invalid-card-type",
            "invalid-date",
            "invalid-security-code",
            "internal-error",
            "input-matching-failed",
        ),
        default=(),
    )
    card_type: tuple[str, ...] = attribute("cardType", kinds.words(*CARD_TYPES), default=())
    attempt: tuple[str, ...] = attribute(
        "attempt", kinds.words(*map(str, range(1, 11))), default=()
    )
    require_matching_inputs: bool = attribute("requireMatchingInputs", kinds.boolean, default=False)
    prompts: tuple[Say | Play | Pause, ...] = children(lambda: (Say, Play, Pause))
    line: int | None = written_at()


@element("Pay")
@dataclass(frozen=True, slots=True, kw_only=True)
class Pay:
    """`<Pay>`: ask for a card or an account, and have it charged or kept.

    `postal_code` is `true`, `false`, or the code itself.
    """

    input: str = attribute("input", kinds.one_of("dtmf"), default="dtmf")
    action: str | None = attribute("action", kinds.text)
    bank_account_type: str | None = attribute(
        "bankAccountType",
        kinds.one_of(
            "consumer-checking", "consumer-savings", "commercial-checking", "commercial-savings"
        ),
    )
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=STATUS_CALLBACK_INVALID
    )
    status_callback_method: str = attribute("statusCallbackMethod", kinds.method, default="POST")
    timeout: int = attribute("timeout", kinds.integer(1, 600), default=5)
    max_attempts: int = attribute("maxAttempts", kinds.integer(1, 10), default=3)
    security_code: bool = attribute("securityCode", kinds.boolean, default=True)
    postal_code: str = attribute("postalCode", kinds.text, default="true")
    min_postal_code_length: int | None = attribute("minPostalCodeLength", kinds.integer(0, 20))
    payment_connector: str | None = attribute("paymentConnector", kinds.text)
    payment_method: str = attribute(
        "paymentMethod", kinds.one_of("ach-debit", "credit-card"), default="credit-card"
    )
    token_type: str | None = attribute(
        "tokenType", kinds.one_of("one-time", "reusable", "payment-method")
    )
    charge_amount: str | None = attribute("chargeAmount", kinds.text)
    currency: str | None = attribute("currency", kinds.text)
    description: str | None = attribute("description", kinds.text)
    valid_card_types: tuple[str, ...] = attribute(
        "validCardTypes", kinds.words(*CARD_TYPES), default=("visa", "mastercard", "amex")
    )
    language: str = attribute("language", kinds.language, default="en-US")
    prompts: tuple[Prompt, ...] = children(lambda: (Prompt,))
    parameters: tuple[Parameter, ...] = children(lambda: (Parameter,))
    line: int | None = written_at()
