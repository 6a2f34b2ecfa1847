"""Amounts of money, exact."""

from decimal import ROUND_HALF_UP, Context, Decimal

_CENT = Decimal("0.01")
_LARGEST = Decimal("99999999999999999.99")
"""Nineteen digits: as many as the value of an event has at most."""


def two_places(amount: Decimal) -> Decimal:
    """`amount` with two places, a half rounded away from zero; ValueError for more than 19 digits.

    The context of the caller's thread, which may round otherwise or with less precision, has no say.
    """
    if not amount.is_finite() or amount.copy_abs() > _LARGEST:
        raise ValueError("an amount is a number of at most 19 digits, two of them behind the point")
    rounded = amount.quantize(_CENT, context=Context(prec=28, rounding=ROUND_HALF_UP))
    return rounded.copy_abs() if rounded.is_zero() else rounded  # there is no -0.00
