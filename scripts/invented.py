"""Invented people and what they do in a shop, for the pictures of the panel. The same each time."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

Event = dict[str, Any]
ZONE = ZoneInfo("Europe/Warsaw")
NOW = timezone.now()
DICE = random.Random(14)  # noqa: S311  (the same pictures each time)
TERMS, MARKETING = BOTH = ("regulamin", "marketing")

FIRST_NAMES = (
    "Anna",
    "Maria",
    "Zofia",
    "Ewa",
    "Hanna",
    "Julia",
    "Jan",
    "Piotr",
    "Adam",
    "Tomasz",
    "Filip",
    "Leon",
)
LAST_NAMES = (
    "Nowak",
    "Mazur",
    "Krawczyk",
    "Dudek",
    "Wilk",
    "Sikora",
    "Pawlak",
    "Walczak",
    "Szulc",
    "Gajda",
    "Lis",
)
CITIES = (("30-002", "Kraków"), ("80-830", "Gdańsk"), ("50-101", "Wrocław"), ("61-701", "Poznań"))
GOODS = (
    ("P-100", "Krzesło Olcha", "249.00"),
    ("P-104", "Stół Jesion", "1890.00"),
    ("P-117", "Lampa Grab", "319.00"),
    ("P-122", "Regał Buk", "760.00"),
    ("P-131", "Taca Sosna", "89.90"),
)


def two_weeks() -> Iterator[Event]:
    """What happened in the shop, the oldest first."""
    for back in range(13, 0, -1):
        end = (NOW - timedelta(days=back)).astimezone(ZONE).replace(hour=21, minute=0)
        yield from a_day(end, DICE.randint(9, 17), f"d{back}")
    hours = NOW.astimezone(ZONE).hour
    yield from a_day(NOW, max(2, hours), "d0", every=37 if hours > 2 else 12)  # no more than the day is old


def a_day(
    end: datetime, people: int, prefix: str, *, every: int = 37, agreeing: float = 0.8
) -> Iterator[Event]:
    """So many people, one in `every` minutes: most agree to the newsletter, half fill a cart, a third buy."""
    for place in range(people):
        at = end - timedelta(minutes=every * (people - place))
        who = a_person(f"{prefix}-{place}")
        codes = BOTH if DICE.random() < agreeing else (TERMS,)
        yield an_event(f"{prefix}-{place}-r", "customer.registered", at, who, consents=said(at, *codes))
        goods = DICE.choice(GOODS)
        if place % 2:
            cart = {
                "id": f"{prefix}-{place}",
                "items": [an_item(goods)],
                "total": goods[2],
                "currency": "PLN",
            }
            yield an_event(
                f"{prefix}-{place}-c", "cart.product_added", at + timedelta(minutes=4), who, cart=cart
            )
        if place % 3 == 0:
            at += timedelta(minutes=9)
            yield an_event(
                f"{prefix}-{place}-o", "order.placed", at, who, order=an_order(f"{prefix}-{place}", goods, at)
            )


def an_event(number: str, kind: str, at: datetime, who: dict[str, Any], **parts: Any) -> Event:
    return {"id": number, "type": kind, "occurred_at": at.isoformat(), "customer": who, **parts}


def a_person(number: str) -> dict[str, Any]:
    first, last = DICE.choice(FIRST_NAMES), DICE.choice(LAST_NAMES)
    postal_code, city = DICE.choice(CITIES)
    return {
        "id": number,
        "email": f"{first}.{last}.{number}@example.com".lower(),
        "first_name": first,
        "last_name": last,
        "phone": f"+48600{DICE.randint(100000, 999999)}",
        "address": {"street": "ul. Lipowa 7", "postal_code": postal_code, "city": city, "country": "PL"},
    }


def said(at: datetime, *codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "granted": True, "at": at.isoformat(), "source": "registration"} for code in codes]


def an_item(goods: tuple[str, str, str]) -> dict[str, Any]:
    return {"product_id": goods[0], "name": goods[1], "quantity": 1, "unit_price": goods[2]}


def an_order(number: str, goods: tuple[str, str, str], at: datetime) -> dict[str, Any]:
    return {
        "number": f"2026/{number}",
        "placed_at": at.isoformat(),
        "total": goods[2],
        "currency": "PLN",
        "items": [an_item(goods)],
        "payment_method": "przelewy24",
        "shipping_method": "Kurier InPost",
    }
