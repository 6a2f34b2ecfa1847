"""The ordered failures, and which of them strikes."""

from dataclasses import dataclass

from salesmanago_sandbox.faults.fault import LATENCY, Fault


@dataclass(frozen=True)
class Strike:
    """Delays add up; of all other faults the one ordered first strikes alone."""

    delay: float = 0.0
    fault: Fault | None = None

    @property
    def name(self) -> str | None:
        if self.fault is not None:
            return self.fault.name
        return LATENCY if self.delay else None


class FaultBox:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._last_id = 0

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def order(self, fault: Fault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    @property
    def active(self) -> list[Fault]:
        self._faults = [fault for fault in self._faults if fault.left != 0]
        return self._faults

    def strike(self, *, path: str, emails: frozenset[str]) -> Strike:
        delay = 0.0
        chosen: Fault | None = None
        for fault in self.active:
            if not fault.matches(path=path, emails=emails):
                continue
            if fault.name == LATENCY:
                delay += fault.seconds if fault.strikes() else 0.0
            elif chosen is None and fault.strikes():
                chosen = fault
        return Strike(delay=delay, fault=chosen)

    def strike_callback(self, *, holding: bool) -> str | None:
        """The name of the fault for the next callback.

        While one callback is held back, the next must pass it, so only one is held at a time.
        """
        for fault in self.active:
            if not fault.concerns_callbacks or (holding and fault.name == "callback_reordered"):
                continue
            if fault.strikes():
                return fault.name
        return None
