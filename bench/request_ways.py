"""The demo shop with the connector, without it, and with a plug-in of the usual kind: it calls inside the request."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

VENDOR_SECONDS = 0.1


@contextmanager
def connected(*, connector: bool, synchronous_to: int | None) -> Iterator[None]:
    """Within this block the shop's signals are heard by the connector or not, and by a synchronous plug-in or not."""
    from django.contrib.auth.models import User
    from django.contrib.auth.signals import user_logged_in
    from django.db.models import signals
    from oscar.apps.basket import signals as of_baskets
    from oscar.apps.customer.signals import user_registered
    from oscar.apps.order import signals as of_orders

    heard = (
        signals.post_save, signals.post_delete, signals.pre_save, of_orders.order_placed,
        of_orders.order_status_changed, of_baskets.voucher_addition, user_registered, user_logged_in,
    )  # fmt: skip
    before = [list(signal.receivers) for signal in heard]
    if not connector:
        for signal in heard:
            signal.receivers = [row for row in signal.receivers if not str(row[0][0]).startswith("ebexo_")]
            signal.sender_receivers_cache.clear()
    call = plug_in(synchronous_to) if synchronous_to else None

    def edited(*, created: bool, update_fields: Any, **_: Any) -> None:
        if call and not created and not update_fields:
            call()

    if call:
        user_logged_in.connect(call)
        signals.post_save.connect(edited, sender=User)
        of_baskets.basket_addition.connect(call)
        of_orders.order_placed.connect(call)
    try:
        yield
    finally:
        user_logged_in.disconnect(call)
        signals.post_save.disconnect(edited, sender=User)
        of_baskets.basket_addition.disconnect(call)
        of_orders.order_placed.disconnect(call)
        for signal, receivers in zip(heard, before, strict=True):
            signal.receivers = receivers
            signal.sender_receivers_cache.clear()


def plug_in(port: int) -> Callable[..., None]:
    def call(**_: Any) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/api/v2/contact/addContactExtEvent", b"{}")
        connection.getresponse().read()
        connection.close()

    return call


@contextmanager
def vendor() -> Iterator[int]:
    """The port of somebody who answers everything after a tenth of a second."""

    class Slow(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            time.sleep(VENDOR_SECONDS)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
