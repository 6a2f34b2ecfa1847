"""What becomes of an event: every mode, every past, every status and every act, through the real way in and out."""

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from ebexo.consents.gate import Purpose
from ebexo.consents.ledger import record
from ebexo.contacts.knowledge import Known, Status
from ebexo.contacts.known import learn
from ebexo.contacts.models import Contact
from ebexo.contacts.resolve import resolve
from ebexo.delivery.job import Job, prepare
from ebexo.delivery.mapping.contact import contact_upsert, opt_out
from ebexo.delivery.telling.lookup import settled_opt_in
from ebexo.events import ConsentAnswer, Customer
from ebexo.ingest.receive import receive
from ebexo.outbox.claim import Claimed
from ebexo.stores.models import Account, Mode

pytestmark = pytest.mark.django_db

# The past: what was decided about the linked consent, and when the person opted out otherwise. The act is at 13.
PASTS = {
    "nothing": "",
    "yes": "granted at 10",
    "yes,out": "granted at 10, opted out at 11",
    "out,yes": "opted out at 11, granted at 12",
    "out": "opted out at 11",
    "no": "withdrawn at 11",
}
# The status at SALESmanago, known since before the act (at 9) or since after it (at 14); - where they were never sent.
STATUSES = ("-", "in:9", "in:14", "out:9", "out:14", "pending:9", "pending:14")
ACTS = {
    "registration": ("customer.registered", None),
    "login": ("customer.logged_in", None),
    "edit": ("customer.updated", None),
    "edit+yes": ("customer.updated", True),
    "edit+no": ("customer.updated", False),
    "sign-up": ("newsletter.subscribed", None),
    "sign-up+yes": ("newsletter.subscribed", True),
    "unsubscription": ("newsletter.unsubscribed", None),
    "unsubscription+no": ("newsletter.unsubscribed", False),
    "grant": ("consent.changed", True),
    "withdrawal": ("consent.changed", False),
    "erasure": ("customer.erased", None),
}

# The first line that fits decides. `in`, `out` and `confirm` (opt-in, once confirmed by e-mail) are the flags that are
# sent; `leave` is all four false; `delete` is the deletion; everything else is the reason for withholding.
TABLE = """
    mode           past             status         act                                      result

    *              *                -              erasure                                  never_sent
    *              *                *              erasure                                  delete

    automatic      *                *              unsubscription unsubscription+no         out
    automatic      *                - in:9 out:9 pending:9   sign-up sign-up+yes            in
    automatic      nothing yes      -              *                                        in
    automatic      *                -              *                                        out
    automatic      *                *              *                                        leave

    consent        *                - in:9 out:9 pending:9   grant edit+yes sign-up+yes     in
    double-opt-in  *                - in:9 out:9 pending:9   grant edit+yes sign-up+yes     confirm
    *              *                *              grant edit+yes sign-up+yes               leave

    *              *                -              withdrawal edit+no unsubscription+no     never_sent
    *              *                out:9 out:14   withdrawal edit+no unsubscription+no     already_out
    *              *                *              withdrawal edit+no unsubscription+no     out
    *              *                -              unsubscription                           never_sent
    *              *                out:9 out:14   unsubscription                           already_out
    *              *                *              unsubscription                           out

    *              nothing out no   *              *                                        no_consent
    *              yes,out          -              *                                        out
    consent        *                -              *                                        in
    double-opt-in  *                -              *                                        confirm
    *              *                *              *                                        leave
"""

Case = tuple[str, str, str, str]
CASES: list[Case] = list(product(Mode.values, PASTS, STATUSES, ACTS))
WORDS = (Mode.values, PASTS, STATUSES, ACTS)


def lines() -> Iterator[tuple[list[set[str]], str]]:
    """Each line: the words of the four columns that it fits, and its result."""
    for text in filter(None, (line.split() for line in TABLE.split("\n")[2:])):
        *words, result = text
        columns: list[set[str]] = []
        for known_words in WORDS:
            fitting = {"*": set(known_words)}.get(words[0], set())
            words = words[1:] if fitting else words
            while not fitting or (words and words[0] in known_words and not fitting >= set(known_words)):
                assert words[0] in known_words, (text, words)
                fitting.add(words.pop(0))
            columns.append(fitting)
        assert not words, text
        yield columns, result


def fits(case: Case, columns: list[set[str]]) -> bool:
    return all(word in column for word, column in zip(case, columns, strict=True))


def expected() -> dict[Case, str]:
    table = list(lines())
    return {case: next(result for columns, result in table if fits(case, columns)) for case in CASES}


def test_the_table_is_complete_and_says_nothing_in_vain():
    decided = expected()
    table = list(lines())

    deciding = [
        next(index for index, (columns, _) in enumerate(table) if fits(case, columns)) for case in CASES
    ]

    assert len(decided) == len(CASES) == 3 * 6 * 7 * 12
    assert sorted(set(deciding)) == list(range(len(table)))


def at(hour: int) -> datetime:
    return datetime(2026, 11, 1, hour, tzinfo=UTC)


def answer(hour: int, *, granted: bool) -> ConsentAnswer:
    return ConsentAnswer(code="marketing", granted=granted, at=at(hour))


def lived_through(contact: Contact, past: str) -> None:
    answers = {
        "yes": [answer(10, granted=True)],
        "yes,out": [answer(10, granted=True)],
        "out,yes": [answer(12, granted=True)],
        "no": [answer(11, granted=False)],
    }
    record(contact, answers.get(past, []))
    if past in ("yes,out", "out,yes", "out", "no"):
        contact.opted_out_at = at(11)
        contact.save()


def is_known_there(contact: Contact, account: Account, status: str) -> None:
    if status == "-":
        return
    word, hour = status.split(":")
    statuses = {"in": Status.OPT_IN, "out": Status.OPT_OUT, "pending": Status.PENDING}
    there = Known("id-1", "jan@example.com", statuses[word], at(int(hour)), sent=True)
    learn(contact.pk, remote=account.remote, known=there, now=at(9))


def the_event(act: str) -> dict[str, Any]:
    event_type, granted = ACTS[act]
    consents = [] if granted is None else [answer(13, granted=granted).model_dump(mode="json")]
    return {
        "id": "event-1",
        "type": event_type,
        "occurred_at": at(13).isoformat(),
        "customer": {"email": "jan@example.com", "id": "7"},
        "consents": consents,
    }


def what_is_sent(job: Job) -> str:
    if job.purpose is Purpose.ERASE:
        return "delete"
    if job.purpose is Purpose.OPT_OUT:
        wire = opt_out(job.event, known=job.known, consents=job.consents).to_wire()
    else:
        opting, notes = settled_opt_in(job, job.known)
        mapped = contact_upsert(job.event, rules=job.rules, known=job.known, bought=False, opt_in=opting)
        assert notes == ()
        wire = mapped.request.to_wire()
    names = ("forceOptIn", "forceOptOut", "forcePhoneOptIn", "forcePhoneOptOut", "useApiDoubleOptIn")
    flags = tuple(wire[name] for name in names)
    return {
        (False, False, False, False, False): "leave",
        (True, False, False, False, False): "in",
        (True, False, False, False, True): "confirm",
        (False, True, False, False, False): "out",
    }[flags]


def became_of(act: str, account: Account) -> str:
    """The event is received, and made ready to be sent if it may be."""
    message = receive(account.store, the_event(act)).message
    if message.reason:
        return message.reason
    assert message.key
    claimed = Claimed(message, message.key.pk, message.key.key, attempt_id=0)
    ready = prepare(claimed, account, now=timezone.now())
    assert isinstance(ready, Job), (act, ready)
    return what_is_sent(ready)


class Undone(Exception):
    pass


@contextmanager
def and_undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


@pytest.mark.parametrize("mode", Mode.values)
def test_every_event_leaves_as_the_table_says(mode, with_settings):
    account = with_settings(mode=mode, consent_code="marketing")
    table, found = expected(), {}

    for past, status in product(PASTS, STATUSES):
        with and_undone():
            contact = resolve(account.pk, Customer(email="jan@example.com", id="7"), occurred_at=at(8))
            lived_through(contact, past)
            is_known_there(contact, account, status)
            for act in ACTS:
                with and_undone():
                    found[mode, past, status, act] = became_of(act, account)

    assert {case: result for case, result in found.items() if result != table[case]} == {}
    assert len(found) == 6 * 7 * 12


def test_the_words_of_the_columns_are_all_different():
    columns = [set(words) for words in WORDS]

    assert sum(map(len, columns)) == len(reduce(operator.or_, columns))
