"""`python -m demo.prepare ENDPOINT`: the demo's store, its consents and its logins, made once.

Prints the store's handle. Runs with the settings of `ebexo serve`.
"""

import os
import sys
from typing import TYPE_CHECKING

import django

from demo.people.logins import PANEL_OPERATOR

if TYPE_CHECKING:
    from ebexo.stores.models import Store

STORE = "Olcha"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "ebexo.settings"
    django.setup()
    from ebexo.panel.models import User
    from ebexo.stores.models import Store

    store = Store.objects.filter(name=STORE).first() or _opened(endpoint=sys.argv[1])
    if not User.objects.filter(email=PANEL_OPERATOR.email).exists():
        User.objects.create_superuser(PANEL_OPERATOR.email, PANEL_OPERATOR.password)
    print(store.handle)


def _opened(*, endpoint: str) -> "Store":
    from ebexo.connection.settings import Seven, save
    from ebexo.consents import editing
    from ebexo.stores.models import Mode
    from ebexo.stores.opening import open_store

    store, _api_key = open_store(STORE)
    editing.add(
        store.pk,
        code="marketing",
        text="Chcę otrzymywać e-maile o nowościach i promocjach sklepu Olcha. Zgodę mogę wycofać w każdej chwili.",
        traits=editing.Traits("Zgoda marketingowa"),
    )
    sandbox = Seven(
        active=True,
        owner_email="owner@shop.example",
        client_id="sandbox-client",
        api_secret="sandbox-secret",  # noqa: S106  (the sandbox's own, known to everybody)
        endpoint=endpoint,
        mode=Mode.AUTOMATIC,
    )
    save(store.account, sandbox)
    return store


if __name__ == "__main__":
    main()
