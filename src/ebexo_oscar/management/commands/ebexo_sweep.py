import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from ebexo_oscar import carts, changes, order_days, orders, past_imports
from ebexo_oscar.statuses import announce
from ebexo_oscar.writing import write_kept


class Command(BaseCommand):
    help = (
        "Tell what a crash or a failure left untold, pass on what SALESmanago said of people's statuses, and tell "
        "the shop's own orders for the reconciliation and what the panel asked for of its history."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, metavar="SECONDS", help="Do it again and again, with so long a pause."
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        self._sweep()
        while options["every"]:
            time.sleep(options["every"])
            try:
                self._sweep()
            except Error as error:  # the database is away for a moment
                self.stderr.write(f"{type(error).__name__}; tried again in {options['every']:g} seconds.")
            close_old_connections()

    def _sweep(self) -> None:
        told = 0
        while found := changes.sweep() + write_kept() + orders.sweep() + carts.sweep():
            told += found
        self._say(f"Left untold and told now: {told}.", told)
        passed_on = 0
        while found := announce():
            passed_on += found
        self._say(f"Statuses passed on to the shop: {passed_on}.", passed_on)
        asked = order_days.look() + past_imports.look()
        self._say(f"Asked for by the panel and done: {asked}.", asked)
        self._is_first = False

    _is_first = True

    def _say(self, line: str, count: int) -> None:
        """Again and again nothing is not worth a line."""
        if self._is_first or count:
            self.stdout.write(line)
