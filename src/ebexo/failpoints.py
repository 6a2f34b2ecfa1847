"""Places at which a test can stop this process, or let it pause, as a power cut or a frozen machine would.

Off unless the environment names them when the process starts: `EBEXO_FAILPOINTS="begun=kill"` ends the process with
SIGKILL when it comes to the place `begun`, `begun=kill@3` when it comes there the third time, and `begun=pause:5`
lets it sleep there for five seconds. For tests only.
"""

import os
import signal
import time
from collections import Counter

FAILPOINTS = (
    "kept",
    "accepting",
    "accepted",
    "claimed",
    "begun",
    "ready",
    "answered",
    "settling",
    "settled",
    "released",
    "importing",
)
"""In the order in which a message passes them: after the commit that keeps it in a Django shop, before and after the
commit that accepts it, after the commit that claims it, after the commit that records the attempt, before each call,
after SALESmanago's answer, before and after the commit that settles it, and after the lane was given back;
`importing` is before the commit that works off a part of an import."""

_ordered = dict(
    part.split("=", 1) for part in os.environ.get("EBEXO_FAILPOINTS", "").split(",") if "=" in part
)
_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Do what was ordered for this place; nothing, as a rule."""
    if not _ordered or name not in _ordered:
        return
    _passed[name] += 1
    action, _, turn = _ordered[name].partition("@")
    if turn and _passed[name] != int(turn):
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action.startswith("pause:"):
        time.sleep(float(action.removeprefix("pause:")))
