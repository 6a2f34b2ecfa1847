"""Words of a file for which there are words of ours."""

from ebexo.events import EventType

STATES = {
    "CUSTOMER": ("customer", "klient"),
    "PROSPECT": ("prospect", "lead", "potencjalny", "potencjalny klient"),
    "PARTNER": ("partner",),
    "OTHER": ("other", "inny", "inne"),
    "UNKNOWN": ("unknown", "nieznany", "nieznane"),
}

STATUSES: dict[EventType, tuple[str, ...]] = {
    EventType.ORDER_PLACED: (
        "placed", "nowe", "new", "złożone", "przyjęte", "pending", "on hold", "oczekuje na płatność", "oczekujące",
        "w realizacji", "processing", "w trakcie realizacji", "w przygotowaniu", "gotowe do wysyłki", "wysłane",
        "shipped", "pending payment", "do wysłania", "potwierdzone", "confirmed",
    ),
    EventType.ORDER_PAID: (
        "paid", "opłacone", "zapłacone", "payment accepted", "płatność zaakceptowana", "completed", "complete",
        "zrealizowane", "zakończone", "delivered", "dostarczone", "odebrane",
    ),
    EventType.ORDER_CANCELLED: (
        "cancelled", "canceled", "anulowane", "anulowano", "odrzucone", "failed", "nieudane", "payment error",
        "błąd płatności",
    ),
    EventType.ORDER_RETURNED: ("returned", "zwrócone", "zwrot", "refunded", "zwrócono", "zwrot pieniędzy"),
}  # fmt: skip
"""By the type of the event that an order with this status is told as."""
