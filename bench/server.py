"""The real server in a process of its own: tables, a store whose integration is on, and `ebexo serve`.

`python -m bench.server PORT` prints the store's API key as its first line. `EBEXO_DATA_DIR` has to be an empty
directory.
"""

import os
import sys

from bench import NOBODY_LISTENS

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
os.environ["EBEXO_EXTRA_ENDPOINTS"] = NOBODY_LISTENS
os.environ["EBEXO_LOG_LEVEL"] = "ERROR"


def main(port: int) -> None:
    from ebexo.wsgi import application  # noqa: I001  (sets Django up, which the others need)
    from django.core.management import call_command
    from ebexo.environment import environment
    from ebexo.serving import serve

    call_command("migrate", verbosity=0)
    print(_open_store(), flush=True)
    serve(application, host="127.0.0.1", port=port, data_dir=environment().data_dir)


def _open_store() -> str:
    from ebexo.stores.opening import open_store

    store, key = open_store("Olcha")
    account = store.account
    account.active, account.endpoint = True, NOBODY_LISTENS
    account.owner_email, account.client_id = "owner@shop.example", "bench"
    account.api_secret = "bench"  # noqa: S105  (of nothing)
    account.save()
    return key


if __name__ == "__main__":
    main(int(sys.argv[1]))
