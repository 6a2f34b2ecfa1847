from typing import Any

from django.core.management.base import BaseCommand

from ebexo_oscar import carts, changes, orders
from ebexo_oscar.statuses import announce
from ebexo_oscar.writing import write_kept


class Command(BaseCommand):
    help = (
        "Tell what a crash or a failure left untold, and pass on what SALESmanago said of people's statuses."
    )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        told = 0
        while found := changes.sweep() + write_kept() + orders.sweep() + carts.sweep():
            told += found
        self.stdout.write(f"Left untold and told now: {told}.")
        passed_on = 0
        while found := announce():
            passed_on += found
        self.stdout.write(f"Statuses passed on to the shop: {passed_on}.")
