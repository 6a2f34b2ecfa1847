"""A dispatcher beside others on one database, as workers on PostgreSQL are: `python -m bench.chaos.worker`.

`ebexo serve` is the only one by its lock, so what keeps two of them apart is shown with these. `CHAOS_WITHOUT` takes
a guard away (see `bench.chaos.guards`); with `CHAOS_WHEN` it begins as soon as that file is there.
"""

import os
import signal
import threading
import time
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "ebexo.settings"


def main() -> None:
    import django

    django.setup()
    from ebexo.delivery.scheduling.embedded import Dispatcher

    if guard := os.environ.get("CHAOS_WITHOUT"):
        from bench.chaos.guards import take_away

        take_away(guard)
    if when := os.environ.get("CHAOS_WHEN"):
        while not Path(when).exists():
            time.sleep(0.02)  # between two looks
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    dispatcher = Dispatcher()
    dispatcher._is_first_look = False  # noqa: SLF001  (the lanes of the others are not free)
    dispatcher.start()
    stop.wait()
    dispatcher.stop(timeout=20)


if __name__ == "__main__":
    main()
