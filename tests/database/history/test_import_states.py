"""Pausing, cancelling, giving up and tidying up; who is told so; and several workers at once."""

import pytest
from django.utils import timezone

from ebexo.audit.models import Entry
from ebexo.history import running
from ebexo.history.controlling import NotPossible, cancel, pause, start
from ebexo.history.judging import judge_rows
from ebexo.history.models import Import, Part, Seen
from ebexo.history.rejected import rejected_csv
from ebexo.history.states import Counts
from ebexo.outbox.models import Message

pytestmark = pytest.mark.django_db


def test_paused_rehearsal_goes_on_as_a_rehearsal(an_import, a_customer, work_off, queued):
    found = an_import([a_customer(number) for number in range(150)], rehearse=True)
    work_off(at_most=1)
    pause(found, now=timezone.now())
    work_off()
    assert Import.objects.get().row_position == 100

    start(found, now=timezone.now())
    work_off()

    found.refresh_from_db()
    assert (found.state, found.numbers, queued()) == ("rehearsed", Counts(new=150), [])


def test_what_is_not_begun_can_not_be_paused(an_import, a_customer, work_off):
    found = an_import([a_customer(1)], rehearse=True)
    work_off()

    with pytest.raises(NotPossible):
        pause(found, now=timezone.now())


def test_cancelled_import_withholds_what_waits_and_leaves_no_rows(an_import, a_customer, work_off):
    found = an_import([a_customer(number) for number in range(250)])
    work_off(at_most=1)

    cancel(found, now=timezone.now())
    work_off()

    states = set(Message.objects.values_list("state", "reason", "payload"))
    assert states == {("withheld", "import_cancelled", None)}
    assert not Part.objects.exists()
    assert not Seen.objects.exists()
    found.refresh_from_db()
    assert (found.state, found.is_cleared) == ("cancelled", True)


def test_cancelled_people_are_new_to_the_next_import(an_import, a_customer, work_off, run):
    found = an_import([a_customer(1)])
    work_off()
    cancel(found, now=timezone.now())
    work_off()

    assert run([a_customer(1)]).numbers == Counts(new=1)


def test_fault_of_ours_ends_the_import_and_no_other(an_import, a_customer, work_off, monkeypatch, queued):
    broken = an_import([a_customer(1)])
    whole = an_import([a_customer(2)])

    def judge(rows, *, of, account):
        if of == broken:
            raise RuntimeError("a mistake of ours")
        return judge_rows(rows, of=of, account=account)

    monkeypatch.setattr(running, "judge_rows", judge)
    work_off()

    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.state, broken.problem, broken.is_cleared) == ("failed", "our_fault", True)
    assert (whole.state, queued()) == ("running", ["1"])


def test_imports_take_turns(an_import, a_customer, other_store, work_off):
    first = an_import([a_customer(number) for number in range(300)])
    second = an_import([a_customer(number) for number in range(300)], of=other_store)

    work_off(at_most=4)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.row_position, second.row_position) == (200, 200)


def test_rows_that_were_not_sent_come_as_a_file_without_formulas(an_import, a_customer, work_off):
    lines = [a_customer(1), a_customer(2, email="=HYPERLINK(1)"), a_customer(1)]
    found = an_import(lines, rehearse=True)
    work_off()
    found.shape = found.shape | {"columns": [{"header": "line", "field": None}]}

    text = "".join(rejected_csv(found)).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")

    header, email, twin = text.splitlines()
    assert header.split(";")[-1] == "line"
    assert email.split(";")[0] == "2"
    assert twin.split(";")[0] == "3"
    assert all(
        not cell.startswith(("=", "+", "-", "@")) for line in (email, twin) for cell in line.split(";")
    )


def test_rejected_rows_stay_when_the_import_is_done_and_the_others_are_gone(run, a_customer, work_off):
    found = run([a_customer(1, first_name="Dobromir"), a_customer(2, email="nobody", first_name="Zdzislaw")])
    Message.objects.update(state="delivered", done_at=timezone.now(), payload=None)
    work_off()

    found.refresh_from_db()
    assert found.state == "done"
    file = "".join(rejected_csv(found))
    assert "Zdzislaw" in file
    assert "Dobromir" not in file


def test_everything_a_person_does_to_an_import_is_in_the_audit_log(an_import, a_customer, work_off):
    found = an_import([a_customer(1)], rehearse=True)
    work_off()
    for change in (start, pause, start, cancel):
        change(found, now=timezone.now())

    entries = Entry.objects.filter(action__startswith="history").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == [
        "history_rehearsed",
        "history_started",
        "history_paused",
        "history_resumed",
        "history_cancelled",
    ]


@pytest.mark.django_db(transaction=True)
def test_several_workers_put_every_row_once(an_import, a_customer, in_threads, queued):
    found = an_import([a_customer(number) for number in range(500)])

    def work(_number):
        for _ in range(20):
            running.step(timezone.now())

    assert in_threads(4, work) == [None] * 4

    found.refresh_from_db()
    assert found.numbers == Counts(new=500)
    assert sorted(map(int, queued())) == list(range(1, 501))
