"""SALESmanago is down, our process is killed: the shop notices nothing, and nobody is lost."""

import http.cookiejar
import re
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import closing


def register_by_http(shop: str, email: str) -> float:
    """Register as a browser's form does, and give back how many seconds the shop took to answer the form."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{shop}/accounts/register/").read().decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    fields = {
        "csrfmiddlewaretoken": found[1],
        "first_name": "Ewa",
        "last_name": "Nowak",
        "email": email,
        "password1": "bardzo-tajne-1",
        "password2": "bardzo-tajne-1",
        "registration_submit": "1",
    }
    request = urllib.request.Request(f"{shop}/accounts/register/", urllib.parse.urlencode(fields).encode())
    request.add_header("Referer", f"{shop}/accounts/register/")
    opener.addheaders = []
    started = time.monotonic()
    with NoRedirect.of(opener).open(request) as answer:
        assert answer.status == 302
    return time.monotonic() - started


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect as the answer, so that only the form's own request is timed."""

    def http_error_302(self, request, answer, *rest):
        return answer

    @classmethod
    def of(cls, opener):
        cookies = next(
            handler for handler in opener.handlers if isinstance(handler, urllib.request.HTTPCookieProcessor)
        )
        return urllib.request.build_opener(cookies, cls)


def test_five_register_while_salesmanago_is_down_and_our_process_is_killed(world) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()
    before = [register_by_http(world.shop, f"przed{number}@example.com") for number in range(5)]
    for number in range(5):
        world.contact(f"przed{number}@example.com")
    world.stop("sandbox")

    emails = [f"osoba{number}@example.com" for number in range(5)]
    meanwhile = [register_by_http(world.shop, email) for email in emails]
    world.kill("panel")
    world.start("sandbox", "panel")

    assert sorted(world.contact(email)["email"] for email in emails) == emails
    assert all(len(world.upserts(email)) == 1 for email in emails)
    # As fast as before: password hashing takes most of it, and the machine is noisy.
    assert statistics.median(meanwhile) < 1.5 * statistics.median(before) + 0.05


def test_registration_of_a_shop_that_was_killed_right_after_it_is_found_by_the_sweep(world) -> None:
    world.start("sandbox", "panel", "shop")
    world.connect()

    register_by_http(world.shop, "pewna@example.com")
    world.kill("shop")
    with closing(sqlite3.connect(world.data / "ebexo.sqlite3", timeout=5)) as database:  # a minute goes by
        database.execute("UPDATE ebexo_oscar_keptevent SET tried_at = datetime('now', '-2 minutes')")
        database.commit()
    subprocess.run([sys.executable, "-m", "demo.manage", "ebexo_sweep"], env=world.environment, check=True)

    assert world.contact("pewna@example.com")["email"] == "pewna@example.com"
