"""`ebexo worker` with other limits: `python -m bench.scale_worker LANES_AT_ONCE CALLS_AT_ONCE`.

Batches are off, so that each contact is a call of its own.
"""

import os
import sys
from dataclasses import replace

os.environ["DJANGO_SETTINGS_MODULE"] = "ebexo.settings"


def main(lanes: int, in_flight: int) -> None:
    import django

    django.setup()
    from ebexo.delivery import calls, drain
    from ebexo.delivery.scheduling import worker
    from ebexo.worker import work

    calls.BATCH = replace(calls.BATCH, at_least=10**9, limit=0)
    drain.CONCURRENCY = in_flight
    worker.LANES_AT_ONCE = lanes
    work()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
