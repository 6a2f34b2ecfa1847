"""The letters to the owners of stores that need them: one look at all stores, as often as somebody calls for it."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused

import structlog
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import override

from ebexo.callbacks.addresses import public_base
from ebexo.environment import environment
from ebexo.operations.alerts.deciding import Kind, decide
from ebexo.operations.alerts.keeping import close_alert, note_letters, open_alert, take_on, try_later
from ebexo.operations.alerts.letters import Letter, of_good_news, of_trouble
from ebexo.operations.alerts.watching import Watched, look_around
from ebexo.panel.readers import Reader, readers_of

LONGEST = 10.0
"""Seconds after which a look leaves the rest to the next one. When SALESmanago is down for many stores there are many
letters to write, a mail server that is down itself takes its time to say nothing, and a process may want to stop."""
BY_ITSELF = {"Auto-Submitted": "auto-generated"}
"""So that nobody's holiday notice answers."""
OF_ONE_LETTER = (SMTPRecipientsRefused, SMTPDataError, UnicodeError)
"""What is the matter with this letter, and not with the mail server."""

log = structlog.get_logger("ebexo.alerts")


def watch() -> Callable[[], None] | None:
    """What is to be called every minute; None where no mail server is set, and nothing is watched."""
    return look if environment().email else None


def look() -> None:
    """Look at every store that may be in trouble, and write the letters that are due. Any number of processes may."""
    until = time.monotonic() + LONGEST
    after = timedelta(seconds=environment().alert_after_seconds)
    for watched in look_around(now=timezone.now(), after=after):
        if time.monotonic() > until:
            return
        _see_to(watched, after=after)


def _see_to(watched: Watched, *, after: timedelta) -> None:
    decision = decide(watched.seen, watched.standing, after=after)
    store_id, now = watched.store.pk, watched.seen.at
    for kind in sorted(decision.opens):
        open_alert(store_id, kind, now=now)
    heard: set[int] = set()
    for kind in sorted(decision.closes):
        written_to = close_alert(store_id, kind, now=now)
        heard.update(written_to if kind in decision.good_news else [])
    if heard:
        _write_good_news(watched, heard)
    for kind in sorted(decision.tells):
        _write_about(kind, watched)


def _write_about(kind: Kind, watched: Watched) -> None:
    """The letters about a trouble, unless another process writes them. What is not taken now is sent later."""
    store, seen = watched.store, watched.seen
    alert = take_on(store.pk, kind, now=seen.at)
    if alert is None:
        return
    readers = [reader for reader in readers_of(store) if reader.number not in alert.written_to]
    got = _send(readers, lambda base: of_trouble(kind, store, seen, base=base))
    note_letters(alert, got)
    log.info("alert_told", store=store.pk, kind=kind, letters=len(got), not_taken=len(readers) - len(got))
    if len(got) < len(readers) and not try_later(alert, now=seen.at):
        log.error("alert_given_up", store=store.pk, kind=kind)


def _write_good_news(watched: Watched, heard: set[int]) -> None:
    """To whoever got a letter about the trouble. Where this one is not taken nobody misses anything."""
    readers = [reader for reader in readers_of(watched.store) if reader.number in heard]
    got = _send(readers, lambda base: of_good_news(watched.store, base=base))
    log.info("alert_over_told", store=watched.store.pk, letters=len(got), not_taken=len(readers) - len(got))


def _send(readers: Iterable[Reader], write: Callable[[str], Letter]) -> list[int]:
    """Write to each in their language; the numbers of those whose letters the mail server took."""
    base = public_base()
    taken: list[int] = []
    for reader in readers:
        with override(reader.language):
            letter = write(base)
        try:
            EmailMessage(letter.subject, letter.body, to=[reader.email], headers=BY_ITSELF).send()
        except (OSError, SMTPException, UnicodeError) as error:  # its text may quote the address
            log.warning("letter_not_sent", error=type(error).__name__)
            if not isinstance(error, OF_ONE_LETTER):
                break  # the server itself is out of order: the others would wait for it in vain
        else:
            taken.append(reader.number)
    return taken
