"""Tables and stores for a run, in a process of their own: `python -m bench.chaos.stores ENDPOINT …`, a store each.

Prints the stores' API keys as one JSON list. `EBEXO_DATA_DIR` says where. An endpoint that ends in `#COUNT` gets a
store in which so many people's events wait.
"""

import json
import os
import sys
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "ebexo.settings"

CALLS_A_SECOND = 1000
TOGETHER = 500


def main(endpoints: list[str]) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps([_open_store(*endpoint.partition("#")[::2]) for endpoint in endpoints]))


def _open_store(endpoint: str, waiting: str) -> str:
    from ebexo.stores.opening import open_store

    store, key = open_store("Olcha")
    account = store.account
    account.active, account.endpoint, account.rate = True, endpoint, CALLS_A_SECOND
    account.owner_email, account.client_id = "owner@shop.example", "sandbox-client"
    account.api_secret = "sandbox-secret"  # noqa: S105  (the sandbox's own)
    account.save()
    _fill(store, int(waiting or 0))
    return key


def _fill(store: Any, waiting: int) -> None:
    from ebexo.ingest.lists import receive_list

    for start in range(0, waiting, TOGETHER):
        numbers = range(start, min(start + TOGETHER, waiting))
        receive_list(store, [_event(number) for number in numbers])


def _event(number: int) -> dict[str, Any]:
    return {
        "id": f"waiting-{number}",
        "type": "customer.updated",
        "occurred_at": "2026-01-01T10:00:00Z",
        "customer": {"email": f"waiting-{number}@example.com", "first_name": "Jan", "last_name": "Kowalski"},
    }


if __name__ == "__main__":
    main(sys.argv[1:])
