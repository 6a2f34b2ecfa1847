"""Sending one job: look the person up where needed, map, call, and read what it came to. No database here."""

from datetime import datetime

from ebexo.consents.gate import Purpose
from ebexo.delivery.job import Job
from ebexo.delivery.result import NotNow, Result, Turn, failed, not_sent
from ebexo.delivery.telling.contacts import tell_contact
from ebexo.delivery.telling.events import tell_errand
from ebexo.delivery.telling.taking_back import erase, take_off
from ebexo.delivery.visitors import Question
from ebexo.outbox.states import Outcome, State
from salesmanago import Client, SalesmanagoError

_BY_PURPOSE = {Purpose.OPT_OUT: take_off, Purpose.ERASE: erase}


async def transfer(job: Job | Question, client: Client, *, turn: Turn, now: datetime) -> Result:
    """Tell SALESmanago the job's event, or ask it. Never raises a `SalesmanagoError`: it becomes the outcome."""
    try:
        if isinstance(job, Question):
            return await _ask(job, client, turn=turn)
        tell = _BY_PURPOSE.get(job.purpose) or (tell_errand if job.errand else tell_contact)
        return await tell(job, client, turn=turn, now=now)
    except NotNow:
        return not_sent(job)


async def _ask(question: Question, client: Client, *, turn: Turn) -> Result:
    """Whose `smclient` is it?"""
    await turn()
    try:
        found = await client.basic_contacts_by_id([question.smclient])
    except SalesmanagoError as error:
        return Result(question, failed(error, question, was_told=False), error=error)
    return Result(
        question, Outcome(State.WAITING, kind="asked", http_status=200), found=found[0] if found else None
    )
