"""`ebexo worker`: sends what waits, beside any number of other workers on one PostgreSQL."""

import asyncio
import os
import signal
import time

import structlog

from ebexo.collector import spare_what_stands
from ebexo.database import give_up_what_is_cut_off
from ebexo.delivery.scheduling.worker import Worker
from ebexo.history.runner import Runner
from ebexo.operations.observing import health
from ebexo.operations.observing.door import open_door
from ebexo.platform.alerting import watch
from ebexo.platform.upkeep import beside, nightly
from ebexo.wsgi import application

STOP_SECONDS = 23.0
"""From the signal to the end: a call that had just begun has its 20 seconds, and is written down."""

log = structlog.get_logger("ebexo.worker")


def work(*, probes: tuple[str, int] | None = None) -> None:
    """Work until SIGTERM or SIGINT, then end the calls in flight, give the lanes back, and return.

    At the address `probes` it says how it is. Raises CannotOpen.
    """
    give_up_what_is_cut_off()
    worker = Worker(nightly=nightly, watch=watch())
    health.watch(worker.is_alive)
    if probes:
        host, port = probes
        log.info("answering_probes", host=host, port=open_door(application, host=host, port=port))
    asyncio.run(_work(worker))


async def _work(worker: Worker) -> None:
    loop, imports, until = asyncio.get_running_loop(), Runner(beside), 0.0

    def ask_to_stop() -> None:
        nonlocal until
        until = time.monotonic() + STOP_SECONDS
        worker.stop()
        imports.ask_to_stop()
        loop.call_later(STOP_SECONDS, _leave)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask_to_stop)
    imports.start()
    spare_what_stands()
    log.info("working")
    await worker.run()
    imports.stop(timeout=until - time.monotonic())
    log.info("stopped")


def _leave() -> None:
    log.warning("calls_left_in_flight")
    os._exit(0)  # what is in flight is in doubt, and whoever takes the lane over will see to it
