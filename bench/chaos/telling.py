"""Tells the first store's events, a JSON list on standard input, without a server: `python -m bench.chaos.telling`."""

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "ebexo.settings"


def main() -> None:
    import django

    django.setup()
    from ebexo.ingest.receive import receive
    from ebexo.stores.models import Store

    store = Store.objects.order_by("pk")[0]
    for event in json.load(sys.stdin):
        receive(store, event)


if __name__ == "__main__":
    main()
