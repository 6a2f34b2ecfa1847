"""Who is who: one person stays one contact, and an address that was given up is free for the next one."""

from datetime import UTC, datetime

import pytest

from ebexo.contacts.models import Contact, Identity
from ebexo.contacts.resolve import find, resolve
from ebexo.events import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def meet(store):
    """The number of the contact that a customer is recognised as, told on a day of November."""

    def met(email, *, number=None, previous=None, day=1):
        customer = Customer(email=email, id=number, previous_email=previous)
        return resolve(store.pk, customer, occurred_at=datetime(2026, 11, day, tzinfo=UTC)).pk

    return met


@pytest.fixture
def known_as(store):
    def found(kind, value):
        contact = find(store.pk, kind=kind, value=value)
        return contact.pk if contact else None

    return found


def test_a_person_is_recognised_by_address_by_number_and_by_former_address(meet):
    jan = meet("jan@example.com", number="7")

    assert meet("Jan@Example.com") == jan
    assert meet("jan@example.com", number="7") == jan
    assert meet("new@example.com", number="7") == jan
    assert meet("newer@example.com", previous="new@example.com") == jan
    assert (Contact.objects.count(), Identity.objects.count()) == (1, 2)


def test_two_customer_numbers_with_one_address_are_one_contact(meet, known_as):
    jan = meet("family@example.com", number="7")

    assert meet("family@example.com", number="8") == jan
    assert (known_as("customer", "7"), known_as("customer", "8")) == (jan, jan)


def test_a_number_without_a_case_of_its_own_is_another_number(meet):
    assert meet("a@example.com", number="a1") != meet("b@example.com", number="A1")


def test_an_address_given_up_belongs_to_the_next_person(meet, known_as):
    jan = meet("jan@example.com", number="7")
    meet("new@example.com", number="7", previous="jan@example.com", day=2)

    next_person = meet("jan@example.com", number="8", day=3)

    assert next_person != jan
    assert (known_as("email", "jan@example.com"), known_as("email", "new@example.com")) == (next_person, jan)


def test_a_late_event_with_a_former_address_brings_nobody_together(meet, known_as):
    jan = meet("jan@example.com", number="7", day=1)
    meet("new@example.com", number="7", day=3)
    next_person = meet("jan@example.com", number="8", day=4)

    assert meet("jan@example.com", number="7", day=2) == jan
    assert (known_as("customer", "7"), known_as("email", "jan@example.com")) == (jan, next_person)


def test_a_late_event_does_not_take_a_former_address_back(meet, known_as):
    jan = meet("jan@example.com", number="7", day=1)
    meet("new@example.com", number="7", day=3)

    assert meet("jan@example.com", number="7", day=2) == jan
    assert (known_as("email", "new@example.com"), known_as("email", "jan@example.com")) == (jan, None)


def test_a_number_follows_the_address_it_is_told_with(meet, known_as):
    meet("jan@example.com", number="7")
    anna = meet("anna@example.com", number="8")

    assert meet("anna@example.com", number="7", day=2) == anna
    assert known_as("customer", "7") == anna


def test_there_and_back_again_is_one_contact(meet):
    jan = meet("jan@example.com", number="7", day=1)

    assert meet("new@example.com", number="7", previous="jan@example.com", day=2) == jan
    assert meet("jan@example.com", number="7", previous="new@example.com", day=3) == jan


def test_stores_do_not_know_each_other_s_people(store, other_store):
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    ours = resolve(store.pk, Customer(email="jan@example.com", id="7"), occurred_at=moment)

    assert find(other_store.pk, kind="email", value="jan@example.com") is None
    assert (
        resolve(other_store.pk, Customer(email="jan@example.com", id="7"), occurred_at=moment).pk != ours.pk
    )
