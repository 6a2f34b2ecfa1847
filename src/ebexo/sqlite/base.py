"""The database backend `ebexo.sqlite`."""

import os
from collections.abc import Callable
from typing import Any

from ebexo.sqlite.library import use_a_sound_library

use_a_sound_library()

from django.db.backends.sqlite3 import base  # noqa: E402  (only now: it must meet the sound library)
from django.db.utils import OperationalError  # noqa: E402

from ebexo.sqlite.lock import WriterLock, writer_lock  # noqa: E402

_READS = ("SELECT", "PRAGMA", "EXPLAIN", "VALUES", "SAVEPOINT", "RELEASE", "ROLLBACK")

type_of_execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the writer lock before BEGIN and gives it back after COMMIT, ROLLBACK or closing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: WriterLock | None = None
        self.execute_wrappers.append(self._lone_write)

    def _start_transaction_under_autocommit(self) -> None:
        self._take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack all four
        except BaseException:
            self._give()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # a COMMIT that fails is followed by a ROLLBACK, which gives the lock back
        self._give()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give()

    def _lone_write(
        self,
        execute: type_of_execute,
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        if self.in_atomic_block or self._held or sql.lstrip().upper().startswith(_READS):
            return execute(sql, params, many, context)
        self._take()
        try:
            return execute(sql, params, many, context)
        finally:
            self._give()

    def _take(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._held or self.is_in_memory_db():
            return
        lock = writer_lock(os.fspath(name))
        if not lock.take(timeout=float(self.settings_dict["OPTIONS"].get("timeout", 5))):
            raise OperationalError("database is locked: the writer lock was not free in time")
        self._held = lock

    def _give(self) -> None:
        lock, self._held = self._held, None
        if lock:
            lock.give()
