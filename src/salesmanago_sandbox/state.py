"""The state file: what the sandbox remembers, across restarts."""

import time
from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from salesmanago_sandbox.sandbox import Remembered, Sandbox

# Writing never takes more than about a tenth of the time, however much there is to write.
SHORTEST_PAUSE = 1.0
PAUSE_PER_SECOND_OF_WRITING = 10.0

FILE = TypeAdapter(Remembered)

Clock = Callable[[], float]


class StateError(Exception):
    """The file cannot be read or written; the sentence says which and why."""


class StateFile:
    """Faults are not kept: a restarted sandbox fails only when it is ordered to again."""

    def __init__(self, path: Path, sandbox: Sandbox, *, clock: Clock = time.monotonic) -> None:
        self._path = path
        self._sandbox = sandbox
        self._clock = clock
        self._written: tuple[str, int] | None = None
        self.pause = SHORTEST_PAUSE

    def read(self) -> None:
        """Remember what the file holds; a file that is not there yet holds nothing. Raises StateError."""
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise StateError(f"The state file {self._path} cannot be read: {error.strerror}.") from error
        try:
            remembered = FILE.validate_json(text)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in problem["loc"]) or "the whole file"
            raise StateError(
                f"The state file {self._path} is not readable ({where}: {problem['msg']}). "
                "It was left as it is; move it away to start anew."
            ) from error
        self._sandbox.remember(remembered)

    def write(self) -> None:
        """Put the file in place in one step, if anything changed. Raises StateError."""
        mark = self._sandbox.mark
        if mark == self._written:
            return
        started = self._clock()
        fresh = self._path.with_name(f".{self._path.name}.new")
        try:
            # The file holds the accounts' secrets. A power cut may cost the last seconds, never the file.
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_bytes(FILE.dump_json(self._sandbox.remembered()))
            fresh.replace(self._path)
        except OSError as error:
            raise StateError(f"The state file {self._path} cannot be written: {error.strerror}.") from error
        self._written = mark
        self.pause = max(SHORTEST_PAUSE, PAUSE_PER_SECOND_OF_WRITING * (self._clock() - started))
