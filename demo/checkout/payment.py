"""The one way in which Olcha is paid."""

CASH_ON_DELIVERY = {"code": "cash-on-delivery", "name": "Płatność przy odbiorze"}


def method(_order: object) -> str:
    """How an order is paid for, in the words of the shop: Oscar notes that only after it has told of the order."""
    return CASH_ON_DELIVERY["name"]
