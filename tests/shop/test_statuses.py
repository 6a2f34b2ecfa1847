"""What SALESmanago said of customers reaches the shop as a signal, by the sweep."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.contacts.statuses import Source
from ebexo.standing import learn_status
from ebexo.stores.models import Account
from ebexo_oscar.statuses import status_changed

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def said(store):
    """Of a customer whom SALESmanago was told of it says these statuses, one after the other."""

    def learnt(customer_id, *statuses):
        email = f"customer-{customer_id}@example.com"
        contact = Contact.objects.create(store=store, email_at=NOON)
        known = Known(f"id-{email}", email, Status.PENDING, NOON, customer_id=customer_id, sent=True)
        remote = Account.objects.get(store=store).remote
        learn(contact.pk, remote=remote, known=known, now=timezone.now())
        for status in statuses:
            learn_status(contact, status=status, at=NOON, source=Source.CALLBACK)

    return learnt


@pytest.fixture
def heard():
    """What a receiver of the shop's heard; it raises while `trouble` is there."""

    class Heard(list[dict[str, object]]):
        trouble = False

    found = Heard()

    def receiver(sender, signal, **told):
        if found.trouble:
            raise RuntimeError("the shop's own mistake")
        found.append(told)

    status_changed.connect(receiver)
    yield found
    status_changed.disconnect(receiver)


def sweep():
    words = StringIO()
    call_command("ebexo_sweep", stdout=words)
    return next(line for line in words.getvalue().splitlines() if line.startswith("Statuses"))


def test_the_sweep_passes_each_status_on_once_and_in_order(said, heard):
    said("7", Status.OPT_IN, Status.OPT_OUT)

    assert sweep() == "Statuses passed on to the shop: 2."
    assert sweep() == "Statuses passed on to the shop: 0."
    told = {"customer_id": "7", "email": "customer-7@example.com", "source": "callback", "at": NOON}
    assert heard == [told | {"status": "opt_in"}, told | {"status": "opt_out"}]


def test_a_status_whose_receiver_raises_is_told_again_by_the_next_sweep(said, heard):
    said("7", Status.OPT_OUT)
    said("8", Status.OPT_OUT)
    heard.trouble = True
    assert sweep() == "Statuses passed on to the shop: 0."

    heard.trouble = False
    sweep()

    assert [told["customer_id"] for told in heard] == ["7", "8"]


def test_a_shop_that_names_no_store_is_told_nothing(said, heard, settings):
    said("7", Status.OPT_OUT)
    settings.EBEXO = {}

    assert sweep() == "Statuses passed on to the shop: 0."
    assert heard == []
