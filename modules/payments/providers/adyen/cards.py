"""Adyen's test cards, under the names that our test cards have everywhere. On its test platform card data may
be sent from a server when each value begins with `test_`, and a holder's name decides how it ends
(https://docs.adyen.com/development-resources/test-cards-and-credentials/test-card-numbers and
https://docs.adyen.com/development-resources/testing/result-codes).
"""

from __future__ import annotations

VISA, MASTERCARD = "4111111111111111", "5555555555554444"
# Has its owner confirm, on a page since native 3D Secure is disabled. Unconfirmed.
ASKS_ITS_OWNER = "4917610000000000"
DECLINED = "DECLINED"

_CARDS = {
    "pm_card_visa": (VISA, "Tiffin"),
    "pm_card_mastercard": (MASTERCARD, "Tiffin"),
    "pm_card_chargeDeclined": (VISA, DECLINED),
    "pm_card_authenticationRequired": (ASKS_ITS_OWNER, "Tiffin"),
}


def card_of(method: str) -> dict[str, str] | None:
    """The `paymentMethod` of a request; None for a method that is no card of Adyen's."""
    if method not in _CARDS:
        return None
    number, holder = _CARDS[method]
    return {
        "type": "scheme",
        "encryptedCardNumber": f"test_{number}",
        "encryptedExpiryMonth": "test_03",
        "encryptedExpiryYear": "test_2030",
        "encryptedSecurityCode": "test_737",
        "holderName": holder,
    }
