"""What is sent together costs as many statements as little does."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ebexo.consents.models import Consent
from ebexo.delivery import drain as draining
from ebexo.delivery.job import Job
from ebexo.delivery.result import Result, delivered
from ebexo.delivery.telling.contacts import Story
from ebexo.outbox.lease import take
from ebexo.outbox.models import Lane

pytestmark = pytest.mark.django_db

GRANT = {"code": "marketing", "granted": True, "at": "2026-11-01T10:00:00Z"}


NEVER: Any = SimpleNamespace(is_set=lambda: False)


@pytest.fixture
def cost(store, tell):
    """The statements of a claim, and of a settlement, of one message of each of so many people."""

    def measured(people, **fields):
        for number in range(people):
            tell(f"{people}-{number}", email=f"person-{people}-{number}@example.com", **fields)
        lease = take(store.pk, owner="worker", now=timezone.now() + timedelta(seconds=1))
        assert lease
        holding = draining.Holding(lease)
        with CaptureQueriesContext(connection) as claiming:
            calls = draining._claim(holding, limit=people, stopping=NEVER)
        jobs = [job for call in calls for job in call if isinstance(job, Job)]
        assert len(jobs) == people
        told = [Story.of(job, None).now_known("c", now=timezone.now()) for job in jobs]
        fine = delivered(http_status=200)
        results = [Result(job, fine, known=known) for job, known in zip(jobs, told, strict=True)]
        with CaptureQueriesContext(connection) as settling:
            draining._settle(holding, results)
        Lane.objects.update(lease_until=None)
        return len(claiming), len(settling)

    return measured


def test_in_the_automatic_mode(cost):
    assert cost(2) == cost(15)


def test_with_consents_that_are_asked_for_and_told(store, cost, with_settings):
    with_settings(mode="consent", consent_code="marketing")
    Consent.objects.update(vendor_name="Marketing")

    assert cost(2, consents=[GRANT]) == cost(15, consents=[GRANT])


def test_what_goes_well_asks_nothing_about_the_lane_but_who_holds_it(cost):
    _, settling = cost(1)

    assert settling <= 16
