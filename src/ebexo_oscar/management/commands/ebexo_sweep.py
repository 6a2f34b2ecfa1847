from typing import Any

from django.core.management.base import BaseCommand

from ebexo_oscar.changes import sweep


class Command(BaseCommand):
    help = "Tell changes of customers that a crash of the shop left untold."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        told = 0
        while found := sweep():
            told += found
        self.stdout.write(f"Left untold and told now: {told}.")
