"""A worked example for every type of store event, as the door's page shows it."""

from typing import Any

_JAN = {"id": "10042", "email": "jan.kowalski@example.com"}
_JAN_WHOLE = {
    **_JAN,
    "first_name": "Jan",
    "last_name": "Kowalski",
    "phone": "+48600100200",
    "company": "Kowalski Meble",
    "address": {
        "street": "ul. Lipowa 7/3",
        "postal_code": "30-002",
        "city": "Kraków",
        "region": "małopolskie",
        "country": "PL",
    },
    "birth_date": "1984-03-17",
    "created_at": "2025-11-23T10:00:00+01:00",
    "language": "pl",
    "properties": {"customer_group": "retail"},
}
_CHAIRS = {
    "product_id": "P-100",
    "sku": "CH-OLCHA",
    "name": "Krzesło Olcha",
    "quantity": 2,
    "unit_price": "99.99",
}
_TABLE = {"product_id": "P-200", "sku": "ST-OLCHA", "name": "Stolik Olcha", "unit_price": "99.00"}
_CART_URL = "https://shop.example/basket/basket-77"
_ORDER = {
    "number": "1042",
    "cart_id": "basket-77",
    "placed_at": "2025-11-25T10:00:00+01:00",
    "total": "298.98",
    "currency": "PLN",
    "items": [_CHAIRS, _TABLE],
    "payment_method": "przelewy24",
    "shipping_method": "Kurier InPost",
    "discount_codes": ["JESIEN10"],
}


def _yes(moment: str, source: str) -> dict[str, Any]:
    return {"code": "marketing", "granted": True, "at": moment, "ip": "203.0.113.24", "source": source}


def _event(event_id: str, occurred_at: str, **parts: Any) -> dict[str, Any]:
    return {"id": event_id, "occurred_at": occurred_at, **parts}


_BY_TYPE = {
    "customer.registered": _event(
        "customer-10042-registered",
        "2025-11-23T10:00:00+01:00",
        customer=_JAN_WHOLE,
        consents=[_yes("2025-11-23T10:00:00+01:00", "registration")],
    ),
    "customer.logged_in": _event("customer-10042-login-7", "2025-11-24T18:30:00+01:00", customer=_JAN),
    "customer.updated": _event(
        "customer-10042-updated-3",
        "2025-11-24T18:35:00+01:00",
        customer={
            **_JAN_WHOLE,
            "email": "jan@kowalski.example",
            "previous_email": "jan.kowalski@example.com",
        },
    ),
    "customer.erased": _event("customer-10042-erased", "2026-02-01T09:00:00+01:00", customer=_JAN),
    "newsletter.subscribed": _event(
        "newsletter-551",
        "2025-11-23T12:00:00+01:00",
        customer={"email": "anna.nowak@example.com"},
        consents=[_yes("2025-11-23T12:00:00+01:00", "newsletter")],
    ),
    "newsletter.unsubscribed": _event(
        "newsletter-552", "2025-12-01T08:00:00+01:00", customer={"email": "anna.nowak@example.com"}
    ),
    "consent.changed": _event(
        "consent-9001",
        "2025-12-02T08:00:00+01:00",
        customer=_JAN,
        consents=[{"code": "marketing", "granted": False, "at": "2025-12-02T08:00:00+01:00"}],
    ),
    "cart.product_added": _event(
        "basket-77-change-2",
        "2025-11-25T09:50:00+01:00",
        customer=_JAN,
        visitor={"smclient": "6f0c6a0e-5a7c-4a53-9a5e-0a5d4b6b1c77"},
        cart={
            "id": "basket-77",
            "items": [_CHAIRS, _TABLE],
            "total": "298.98",
            "currency": "PLN",
            "url": _CART_URL,
        },
    ),
    "cart.product_removed": _event(
        "basket-78-change-5",
        "2025-11-25T09:55:00+01:00",
        visitor={"smclient": "0a5d4b6b-5a7c-4a53-9a5e-6f0c6a0e1c77"},
        cart={"id": "basket-78", "items": [], "currency": "PLN"},
    ),
    "order.placed": _event(
        "order-1042-placed",
        "2025-11-25T10:00:00+01:00",
        customer=_JAN_WHOLE,
        visitor={"smclient": "6f0c6a0e-5a7c-4a53-9a5e-0a5d4b6b1c77"},
        consents=[_yes("2025-11-25T09:59:58+01:00", "checkout")],
        order=_ORDER,
    ),
    "order.paid": _event("order-1042-paid", "2025-11-25T10:02:00+01:00", customer=_JAN, order=_ORDER),
    "order.cancelled": _event(
        "order-1042-cancelled", "2025-11-25T11:00:00+01:00", customer=_JAN, order=_ORDER
    ),
    "order.returned": _event(
        "order-1042-return-1",
        "2025-12-05T14:00:00+01:00",
        customer=_JAN,
        order={
            "number": "1042",
            "return_number": "1042/1",
            "total": "99.99",
            "currency": "PLN",
            "items": [{**_CHAIRS, "quantity": 1}],
        },
    ),
}

EXAMPLES = {name: {"id": event["id"], "type": name, **event} for name, event in _BY_TYPE.items()}
"""By the name of the type."""
