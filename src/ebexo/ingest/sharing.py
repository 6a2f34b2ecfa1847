"""Store events that arrive at the same moment share a transaction: one wait for the disk, few statements.

Only where one can write at a time: PostgreSQL commits what arrives at the same moment side by side.
"""

import threading
from dataclasses import dataclass, field

import structlog
from django.db import DatabaseError, OperationalError, close_old_connections, connection, transaction

from ebexo.failpoints import failpoint
from ebexo.ingest.receive import receive_told
from ebexo.ingest.together import Outcome, receive_together
from ebexo.ingest.told import Told
from ebexo.stores.models import Store

AT_MOST = 64
"""Events in one transaction."""
GATHERING = 0.002
"""Seconds. So long one more is waited for, until as many came as the last time; somebody alone is not held up."""

log = structlog.get_logger("ebexo.ingest")


def receive_sharing(store: Store, told: Told) -> bool:
    """Accept one store event, beside others that arrive now. It is on disk when this returns. Is it a duplicate?

    Raises OtherBody, or DatabaseError where nothing was stored. In a transaction of the caller it is stored with
    that, as `receive` does: whoever holds the database's one place to write must not wait for others who want it.
    """
    if connection.in_atomic_block or connection.vendor != "sqlite":
        with transaction.atomic():
            duplicate = receive_told(store, told).duplicate
            failpoint("accepting")
        failpoint("accepted")
        return duplicate
    return _writer.receive(store, told)


@dataclass
class _Waiting:
    """A thread with its event. `turn` is locked until it is answered."""

    store: Store
    told: Told
    turn: threading.Lock = field(default_factory=threading.Lock)
    outcome: Outcome | Exception = field(
        default_factory=lambda: DatabaseError("the transaction was broken off")
    )


_Outcomes = list[tuple[_Waiting, Outcome | Exception]]


class _Writer:
    """A thread that takes all who wait into one transaction and answers them after it, again and again.

    It begins with the first event of its process and ends with the process: whoever waits is a call that the server
    answers before it stops. As many wait at most as the server has threads. One thread, because its connection then
    finds in its memory what it has just written, where any other would have to read it again.
    """

    def __init__(self) -> None:
        self._came = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._expected = 0
        self._thread: threading.Thread | None = None

    def receive(self, store: Store, told: Told) -> bool:
        mine = _Waiting(store, told)
        mine.turn.acquire()
        with self._came:
            self._waiting.append(mine)
            if len(self._waiting) == 1 or len(self._waiting) >= self._expected:
                self._came.notify()
            if self._thread is None or not self._thread.is_alive():  # it does not come over by fork
                self._thread = threading.Thread(target=self._run, name="ebexo-writer", daemon=True)
                self._thread.start()
        mine.turn.acquire()
        if isinstance(mine.outcome, bool):
            return mine.outcome
        raise mine.outcome

    def _run(self) -> None:
        while True:
            together = self._gather()
            try:
                _answer(together)
            finally:
                with self._came:
                    self._expected = min(len(together) + len(self._waiting), AT_MOST)
                for waiting in together:
                    waiting.turn.release()

    def _gather(self) -> list[_Waiting]:
        """Those who wait, once as many came as the last time or nobody more comes."""
        with self._came:
            self._came.wait_for(lambda: self._waiting)
            came = 0
            while came < len(self._waiting) < self._expected:
                came = len(self._waiting)
                self._came.wait(GATHERING)
            together, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
            return together


def _answer(together: list[_Waiting]) -> None:
    """All in one transaction, and no outcome before its end."""
    close_old_connections()
    try:
        outcomes = _together_or_alone(together)
        failpoint("accepted")
    except Exception as error:  # noqa: BLE001  (raised in each of their threads)
        outcomes = [(waiting, error) for waiting in together]
    for waiting, outcome in outcomes:
        waiting.outcome = outcome


def _together_or_alone(together: list[_Waiting]) -> _Outcomes:
    """Whatever goes wrong with one of them harms no other, unless it is the database itself."""
    try:
        with transaction.atomic():
            outcomes = _together(together)
            failpoint("accepting")
            return outcomes
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  (comes again where it belongs)
        log.warning("not_accepted_together", error=type(error).__name__)
        with transaction.atomic():
            return [(waiting, _alone(waiting)) for waiting in together]


def _together(together: list[_Waiting]) -> _Outcomes:
    stores = {waiting.store.pk: waiting.store for waiting in together}
    outcomes: _Outcomes = []
    for store in stores.values():
        of_store = [waiting for waiting in together if waiting.store.pk == store.pk]
        tellings = [waiting.told for waiting in of_store]
        outcomes += zip(of_store, receive_together(store, tellings), strict=True)
    return outcomes


def _alone(waiting: _Waiting) -> Outcome | Exception:
    try:
        with transaction.atomic():
            return receive_told(waiting.store, waiting.told).duplicate
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  (raised in the thread that told it)
        return error


_writer = _Writer()
