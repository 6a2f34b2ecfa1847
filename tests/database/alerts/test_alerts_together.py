"""Several processes that look at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connections
from django.utils import timezone

from ebexo.operations.alerts.deciding import Kind
from ebexo.operations.alerts.keeping import close_alert, note_letters, open_alert, take_on
from ebexo.platform import alerting
from ebexo.stores.models import Account, Alert

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def together(work):
    """What `work` gives to each of several threads that begin it at the same moment."""
    start = Barrier(AT_ONCE, timeout=20)

    def run(_number):
        try:
            start.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_one_opens_one_writes_and_one_tells_that_it_is_over(store):
    now = timezone.now()

    together(lambda: open_alert(store.pk, Kind.STUCK, now=now))
    taken = together(lambda: take_on(store.pk, Kind.STUCK, now=now))
    note_letters(Alert.objects.get(), [7])
    told = together(lambda: close_alert(store.pk, Kind.STUCK, now=now))

    assert Alert.objects.count() == 1
    assert len([alert for alert in taken if alert]) == 1
    assert sorted(told) == [[]] * (AT_ONCE - 1) + [[7]]


def test_looks_at_the_same_moment_write_one_letter(store, owner, lane):
    lane(paused_reason="secret")
    Account.objects.filter(store=store).update(check_problem="secret")
    long_ago = timezone.now() - timedelta(hours=1)
    Alert.objects.create(store=store, kind="refused", opened_at=long_ago)

    together(alerting.look)

    assert [letter.to for letter in mail.outbox] == [[owner.email]]
