"""Whatever an import holds and whoever is known: as long as nothing else happens, the rehearsal tells the outcome."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.history import receiving
from ebexo.ingest.receive import receive
from ebexo.outbox.models import Message
from ebexo.stores.models import Account

pytestmark = pytest.mark.django_db
PEOPLE = range(6)
MOMENTS = ["2026-09-01T10:00:00Z", "2026-10-01T10:00:00Z", "2026-11-01T10:00:00Z"]

answers = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(["marketing", "terms", "unheard-of"]),
            "granted": st.booleans(),
            "at": st.sampled_from(MOMENTS),
        }
    ),
    max_size=2,
)
emails = st.sampled_from(
    ["person-{}@example.com", "Person-{}@Example.com", "person-{}@ignored.example", "nobody"]
)
customers = st.tuples(st.sampled_from(PEOPLE), emails, st.booleans(), answers)
orders = st.tuples(
    st.sampled_from(range(8)),
    st.sampled_from(PEOPLE),
    st.sampled_from(["order.placed", "order.paid", "order.cancelled"]),
    st.sampled_from(["2025-03-01T10:00:00Z", None]),
)
befores = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(["sent", "waiting", "erased", "granted", "withdrawn", "ordered", "cancelled"]),
    ),
    max_size=4,
)


class RolledBack(Exception):
    pass


def customer_line(number: int, email: str, has_id: bool, told: list[dict[str, Any]]) -> dict[str, Any]:
    customer: dict[str, Any] = {"email": email.format(number)}
    if has_id and "ignored" not in email:
        customer["id"] = f"c-{number}"
    return {"type": "customer.updated", "customer": customer, "consents": told}


def order_line(number: int, person: int, kind: str, placed_at: str | None) -> dict[str, Any]:
    order = {"number": f"{number}", "total": "49.90", "placed_at": placed_at}
    return {"type": kind, "customer": {"email": f"person-{person}@example.com"}, "order": order}


@pytest.fixture
def happened(store, an_event):
    """What the store told before."""

    def tell(number, what, *, place):
        email = f"person-{number}@example.com"
        answer = {"code": "marketing", "granted": what == "granted", "at": MOMENTS[1]}
        order = {"number": f"{number}", "total": "49.90"}
        more: dict[str, dict[str, Any]] = {
            "erased": {"type": "customer.erased"},
            "granted": {"type": "consent.changed", "consents": [answer]},
            "withdrawn": {"type": "consent.changed", "consents": [answer]},
            "ordered": {"type": "order.placed", "order": order},
            "cancelled": {"type": "order.cancelled", "order": order},
        }
        told = an_event(
            f"{place}-{number}", email=email, customer={"id": f"c-{number}"}, **more.get(what, {})
        )
        receive(store, told)
        if what == "sent":
            known = Known(f"id-{number}", email, Status.OPT_IN, timezone.now(), sent=True)
            for contact in Contact.objects.filter(identities__kind="customer").distinct():
                remote = Account.objects.get(store=store).remote
                learn(contact.pk, remote=remote, known=known, now=timezone.now())

    return tell


def test_rehearsal_tells_the_outcome(store, happened, rehearsed, run, with_settings, monkeypatch):
    with_settings(consent_code="marketing", ignored_domains=["ignored.example"])
    monkeypatch.setattr(receiving, "PART_ROWS", 3)

    @settings(
        max_examples=60,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        mode=st.sampled_from(["automatic", "consent", "double-opt-in"]),
        counts=st.sampled_from(["placed", "paid"]),
        before=befores,
        lines=st.one_of(
            st.tuples(st.just("customers"), st.lists(customers, min_size=1, max_size=8)),
            st.tuples(st.just("orders"), st.lists(orders, min_size=1, max_size=8)),
        ),
    )
    def check(mode, counts, before, lines):
        kind, told = lines
        make = customer_line if kind == "customers" else order_line
        written = [make(*one) for one in told]
        try:
            with transaction.atomic():
                Account.objects.update(mode=mode, purchase_counts=counts)
                for place, (number, what) in enumerate(before):
                    happened(number, what, place=place)
                known = Message.objects.count()

                numbers = rehearsed(written, kind=kind)
                assert Message.objects.count() == known
                found = run(written, kind=kind)

                assert found.numbers == numbers
                assert numbers.rows == len(written)
                assert Message.objects.filter(kind="history").count() == numbers.new
                raise RolledBack
        except RolledBack:
            pass

    check()
