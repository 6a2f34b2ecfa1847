"""What a result teaches of the person, unless they asked to be forgotten while it was on its way."""

from dataclasses import replace
from datetime import datetime

from ebexo.consents.gate import Purpose
from ebexo.contacts.erasing import is_forgotten
from ebexo.contacts.known import learn
from ebexo.contacts.models import Acquaintance, Contact
from ebexo.delivery.transfer import Result
from ebexo.outbox.states import Outcome, State
from ebexo.outbox.withholding import settle_doubts


def take_in(result: Result, *, now: datetime) -> Outcome:
    """Keep what was learnt. Gives back the outcome to settle with. Call it inside the transaction that settles."""
    job, outcome = result.job, result.outcome
    if outcome.state is State.DELIVERED and job.purpose is not Purpose.TELL:
        settle_doubts(job.claimed.key_id, before_seq=job.claimed.message.key_seq or 0)
    if job.purpose is Purpose.ERASE:
        if outcome.state is State.DELIVERED:
            Acquaintance.objects.filter(contact_id=job.contact, remote=job.remote).delete()
        return outcome
    contact = Contact.objects.filter(pk=job.contact).first()
    if contact is None or is_forgotten(contact, job.event):
        return replace(outcome, drops_payload=True, excerpt=None)
    if result.known:
        learn(job.contact, remote=job.remote, known=result.known, former=job.known, now=now)
    return outcome
