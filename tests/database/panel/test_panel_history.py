"""The history page: a file or the connected shop is rehearsed, then started by an owner, and by nobody else."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ebexo.history.from_shop import tell_rows
from ebexo.history.models import Import
from ebexo.history.reading import Kind, Row
from ebexo.history.running import step
from ebexo.outbox.models import Message
from ebexo.reconciliation.tasks import note_shop

CUSTOMERS = "e-mail;imię;ulubiony kolor\nanna@example.com;Anna;zielony\nnie-adres;Jan;\n"
ORDERS = "numer zamówienia;e-mail;kwota;data\n7;anna@example.com;10,50;2025-01-02\n"


def upload(browser, store, content, *, kind="customers", name="alice", **more):
    file = SimpleUploadedFile("klienci.csv", content.encode())
    return browser(name).post(f"/panel/{store.handle}/historia/", {"kind": kind, "file": file, **more})


def work() -> None:
    while step(timezone.now()):
        pass


def act(browser, found, **fields):
    return browser().post(f"/panel/{found.store.handle}/historia/{found.pk}/", fields, follow=True)


def page_of(browser, found, *, name="alice"):
    return browser(name).get(f"/panel/{found.store.handle}/historia/{found.pk}/").content.decode()


def test_a_file_is_rehearsed_first_and_sent_when_somebody_starts_it(browser, store):
    answer = upload(browser, store, CUSTOMERS)
    found = Import.objects.get()
    assert answer["Location"] == f"/panel/{store.handle}/historia/{found.pk}/"
    work()

    page = page_of(browser, found)
    assert 'data-state="rehearsed"' in page
    assert '<dd data-number="new">1</dd>' in page
    assert '<dd data-number="invalid">1</dd>' in page
    assert "ulubiony kolor" in page
    assert not Message.objects.exists()

    act(browser, found, do="start")
    work()
    assert [message.type for message in Message.objects.all()] == ["customer.updated"]
    found.refresh_from_db()
    assert (found.state, found.begun_by) == ("running", "alice@shop.example")


def test_past_orders_start_only_after_the_warning_was_read(browser, store):
    upload(browser, store, ORDERS, kind="orders")
    work()
    found = Import.objects.get()

    refused = act(browser, found, do="start").content.decode()
    assert "Tick that you have read the warning about automations, then start." in refused
    found.refresh_from_db()
    assert found.state == "rehearsed"

    act(browser, found, do="start", read="1")
    found.refresh_from_db()
    assert found.state == "running"


def test_columns_that_are_not_recognised_can_be_said(browser, store):
    unknown = "skrzynka;imię\nanna@example.com;Anna\n"

    page = upload(browser, store, unknown).content.decode()
    assert 'name="header" value="skrzynka"' in page
    assert not Import.objects.exists()

    upload(browser, store, unknown, header=["skrzynka", "imię"], field=["customer.email", ""])
    work()
    assert Import.objects.get().numbers.new == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "Choose a file."),
        ("\x89PNG\r\n", "This is a picture, whatever its name says. Choose the exported file."),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_kept(browser, store, content, sentence):
    file = SimpleUploadedFile("klienci.csv", content.encode("latin-1"))
    given = {"file": file} if content else {}

    page = browser().post(f"/panel/{store.handle}/historia/", {"kind": "customers", **given}).content.decode()

    assert sentence in page
    assert not Import.objects.exists()


def test_a_viewer_reads_and_changes_nothing(browser, store):
    upload(browser, store, CUSTOMERS)
    found = Import.objects.get()

    assert upload(browser, store, CUSTOMERS, name="bob").status_code == 403
    assert (
        browser("bob").post(f"/panel/{store.handle}/historia/{found.pk}/", {"do": "cancel"}).status_code
        == 403
    )
    page = page_of(browser, found, name="bob")

    assert 'id="actions"' not in page
    assert list(Import.objects.values_list("state", flat=True)) == ["rehearsing"]


def test_another_store_has_no_such_import(browser, store, foreign_store):
    upload(browser, foreign_store, CUSTOMERS, name="charlie")
    foreign = Import.objects.get()

    for address in (f"{foreign.pk}/", f"{foreign.pk}/niewyslane/"):
        assert browser().get(f"/panel/{store.handle}/historia/{address}").status_code == 404
    assert (
        browser().post(f"/panel/{store.handle}/historia/{foreign.pk}/", {"do": "cancel"}).status_code == 404
    )
    foreign.refresh_from_db()
    assert foreign.state == "rehearsing"


def test_all_rows_that_are_not_sent_can_be_downloaded(browser, store):
    upload(browser, store, CUSTOMERS)
    work()

    answer = browser().get(f"/panel/{store.handle}/historia/{Import.objects.get().pk}/niewyslane/")

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1:] == ["3;Not readable;This is not an e-mail address.;e-mail;nie-adres;Jan;"]


class Shop:
    """A connected shop with so many customers, which breaks off after `stops_after` of them."""

    def __init__(self, customers: int, *, stops_after: int | None = None) -> None:
        self.customers, self.stops_after = customers, stops_after

    def count(self, kind: Kind) -> int:
        return self.customers

    def rows(self, kind: Kind, after: str | None = None) -> Iterator[tuple[str, Row]]:
        first = int(after or 0) + 1
        for number, place in enumerate(range(first, self.customers + 1), start=1):
            if self.stops_after is not None and place > self.stops_after:
                raise ConnectionError
            email = f"person-{place}@example.com"
            told = {"type": "customer.updated", "customer": {"id": str(place), "email": email}}
            yield str(place), Row(number, told, (), (), (email,))


def ask(browser, store) -> Import:
    note_shop(store.pk, now=timezone.now())
    browser().post(f"/panel/{store.handle}/historia/", {"kind": "customers", "do": "shop"})
    return Import.objects.get()


def test_a_connected_shop_tells_what_the_panel_asks_for(browser, store):
    found = ask(browser, store)
    assert 'data-state="receiving"' in page_of(browser, found)
    assert ask(browser, store) == found

    assert tell_rows(store.pk, Shop(250), now=timezone.now()) == 1
    work()

    found.refresh_from_db()
    assert (found.state, found.rows, found.numbers.new) == ("rehearsed", 250, 250)
    assert tell_rows(store.pk, Shop(250), now=timezone.now()) == 0


def test_a_shop_that_broke_off_goes_on_behind_what_it_told(browser, store):
    found = ask(browser, store)
    with pytest.raises(ConnectionError):
        tell_rows(store.pk, Shop(250, stops_after=130), now=timezone.now())
    found.refresh_from_db()
    assert (found.state, found.rows) == ("receiving", 100)

    tell_rows(store.pk, Shop(250), now=timezone.now())
    work()

    found.refresh_from_db()
    assert (found.rows, found.line, found.numbers.new, found.numbers.duplicates) == (250, 250, 250, 0)


def test_a_shop_that_is_asked_no_more_stops(browser, store):
    found = ask(browser, store)
    act(browser, found, do="cancel")

    assert tell_rows(store.pk, Shop(250), now=timezone.now()) == 0
    found.refresh_from_db()
    assert (found.state, found.rows) == ("cancelled", 0)


def test_without_a_connected_shop_none_is_offered(browser, store):
    page = browser().get(f"/panel/{store.handle}/historia/").content.decode()

    assert 'id="shop-customers"' not in page


def test_the_start_page_offers_history_until_some_was_sent_to_this_account(browser, store):
    def offers(name="alice") -> bool:
        return 'id="history-offer"' in browser(name).get(f"/panel/{store.handle}/").content.decode()

    assert offers()
    assert not offers("bob")
    upload(browser, store, CUSTOMERS)
    work()
    assert offers()
    act(browser, Import.objects.get(), do="start")
    assert not offers()

    store.account.client_id = "another-account"
    store.account.save()
    assert offers()
