"""Several at the same moment: one of them is answered, or all of them alike."""

import pytest
from django.utils import timezone

from ebexo.panel.links import new_link, use_link
from ebexo.panel.models import Link, Member, User
from ebexo.panel.users import platform_user
from ebexo.stores.models import ApiKey, Store
from ebexo.stores.opening import open_store

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_several_who_open_a_link_one_is_let_in(in_threads):
    user = platform_user(open_store("Olcha")[0])
    token = new_link(user, Link.Purpose.PANEL, base="", now=timezone.now()).url.split("=")[-1]

    answers = in_threads(8, lambda _: use_link(token, Link.Purpose.PANEL, now=timezone.now()))

    assert sorted(answers, key=str) == sorted([user, *[None] * 7], key=str)


def test_same_call_from_several_threads_opens_one_store(call, in_threads):
    body = {"name": "Olcha"}

    answers = in_threads(8, lambda _: call("POST", body=body, **{"Idempotency-Key": "shop-17"}))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    assert (Store.objects.count(), ApiKey.objects.count()) == (1, 1)


def test_links_made_at_the_same_moment_are_for_the_same_user(call, in_threads):
    store, _key = open_store("Olcha")

    answers = in_threads(8, lambda _: call("POST", f"/{store.handle}/panel-link"))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert (User.objects.count(), Member.objects.count(), Link.objects.count()) == (1, 1, 8)
