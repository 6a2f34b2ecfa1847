"""What is told in an import is not kept for ever, however it ended, and whether it ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ebexo.history.models import Import, Part
from ebexo.operations.retention import Periods, sweeps
from ebexo.operations.sweep import prune
from ebexo.outbox.models import Message

pytestmark = pytest.mark.django_db
KEPT = Periods(payloads=timedelta(days=30), messages=timedelta(days=400))


@pytest.fixture
def prune_in():
    """Prune as it is done so many days from now; what was dropped of imports."""

    def pruned(days):
        now = timezone.now() + timedelta(days=days)
        steps = list(prune(sweeps(now=now, kept=KEPT)))
        dropped: dict[str, int] = {}
        for step in steps:
            dropped[step.name] = dropped.get(step.name, 0) + step.dropped
        return {name: count for name, count in dropped.items() if count and "import" in name}

    return pruned


@pytest.fixture
def done(run, a_customer, work_off):
    found = run([a_customer(1), a_customer(2, email="nobody")])
    Message.objects.update(state="delivered", done_at=timezone.now(), payload=None)
    work_off()
    found.refresh_from_db()
    assert (found.state, Part.objects.count()) == ("done", 1)
    return found


def test_rows_of_an_import_go_with_the_payloads_and_its_numbers_with_the_messages(done, prune_in):
    assert prune_in(29) == {}
    assert prune_in(31) == {"import_rows": 1}
    assert Import.objects.get() == done
    assert prune_in(401) == {"imports": 1}


@pytest.mark.parametrize("state", ["receiving", "rehearsed", "paused"])
def test_import_that_nobody_goes_on_with_is_cancelled(an_import, a_customer, prune_in, work_off, state):
    found = an_import([a_customer(1)], rehearse=True)
    Import.objects.update(state=state)

    assert prune_in(29) == {}
    assert prune_in(31) == {"abandoned_imports": 1}
    work_off()

    found.refresh_from_db()
    assert (found.state, found.is_cleared, Part.objects.count()) == ("cancelled", True, 0)


@pytest.mark.parametrize("state", ["rehearsing", "running"])
def test_import_at_work_stays(an_import, a_customer, prune_in, state):
    an_import([a_customer(1)])
    Import.objects.update(state=state)

    assert prune_in(401) == {}
