"""The seven fields: how they are shown, what is saved, and what is said about the connection."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from ebexo.connection.sentences.checking import CONNECTION
from ebexo.connection.sentences.settings import FIELDS
from ebexo.connection.settings import RefusedSettings
from ebexo.consents import editing
from ebexo.panel.salesmanago import view
from ebexo.stores.models import Account, Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Typed = Callable[..., dict[str, str]]
ReadRow = Callable[[Store], dict[str, Any]]
CheckSays = Callable[[str | None], None]


def _said(sentence: object, language: str) -> str:
    with override(language):
        return str(sentence)


def test_integration_that_is_off_may_be_half_filled_in(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, store: Store, page: str
) -> None:
    Account.objects.update(endpoint="", client_id="", api_secret_encrypted="", active=False)
    client = browser()

    response = client.post(page, typed(active=None, client_id="", endpoint=""), follow=True)

    assert row(store)["owner_email"] == "owner@shop.example"
    assert f"The settings are saved. {CONNECTION['incomplete']}" in read(response)


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        (
            "pl",
            [
                "Integracja aktywna",
                "E-mail",
                "Client ID",
                "ApiSecret",
                "Endpoint",
                "Tryb działania",
                "Zapisz zmiany",
            ],
        ),
        (
            "en",
            [
                "Integration active",
                "E-mail",
                "Client ID",
                "ApiSecret",
                "Endpoint",
                "Mode of operation",
                "Save changes",
            ],
        ),
    ],
)
def test_seven_fields_stand_in_their_order(
    browser: Browser, read: Read, page: str, language: str, labels: list[str]
) -> None:
    shown = read(browser(language=language).get(page))

    form = shown[shown.index('id="settings"') :]
    places = [form.index(f">{label}<") for label in labels]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("pl", ["Automatyczny", "Za zgodą", "Za zgodą, z potwierdzeniem e-mail"]),
        ("en", ["Automatic", "With consent", "With consent, confirmed by e-mail"]),
    ],
)
def test_each_mode_is_explained_beside_it(
    browser: Browser, read: Read, page: str, language: str, names: list[str]
) -> None:
    shown = read(browser(language=language).get(page))

    for number, (value, name) in enumerate(
        zip(["automatic", "consent", "double-opt-in"], names, strict=True)
    ):
        assert f'aria-describedby="about_{value}"' in shown
        assert (
            f'<label for="id_mode_{number}">{name}</label> <p class="panel-help" id="about_{value}">' in shown
        )


@pytest.mark.parametrize(
    ("language", "place"),
    [
        ("pl", "Znajduje się w SALESmanago: Ustawienia → Integracja → Dostęp przez API."),
        ("en", "You find it in SALESmanago under Settings → Integration → API access."),
    ],
)
def test_help_beside_client_id_secret_and_endpoint_says_where_to_look(
    browser: Browser, read: Read, page: str, language: str, place: str
) -> None:
    assert read(browser(language=language).get(page)).count(place) == 3


@pytest.mark.parametrize(
    ("language", "hint"),
    [("pl", "zapisany; wpisz nowy, aby go zmienić"), ("en", "stored; enter a new one to change it")],
)
def test_stored_secret_is_mentioned_and_never_shown(
    browser: Browser, read: Read, page: str, store: Store, language: str, hint: str
) -> None:
    shown = read(browser(language=language).get(page))

    assert f'placeholder="{hint}"' in shown
    assert "stored-secret" not in shown
    assert store.account.api_secret_encrypted not in shown


@pytest.mark.parametrize(
    ("language", "sentence"), [("pl", "Połączenie działa."), ("en", "The connection works.")]
)
def test_right_settings_are_saved_and_the_connection_works(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    check_says: CheckSays,
    store: Store,
    page: str,
    language: str,
    sentence: str,
) -> None:
    check_says(None)
    before = row(store)

    response = browser(language=language).post(
        page, typed(owner_email=" New@Shop.example ", rate="5", dry_run="on"), follow=True
    )

    changed = {name for name, value in row(store).items() if value != before[name]}
    assert response.redirect_chain == [(page, 302)]
    assert f'<p class="panel-note panel-success">{sentence}</p>' in read(response)
    assert changed == {"owner_email", "rate", "dry_run", "checked_at", "saved_at"}
    assert row(store)["owner_email"] == "new@shop.example"
    assert (row(store)["rate"], row(store)["dry_run"], row(store)["check_problem"]) == (5, True, None)
    assert "stored-secret" not in read(response)


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("problem", [problem for problem in CONNECTION if problem != "incomplete"])
def test_failed_check_keeps_the_values_and_says_what_to_do_now_and_later(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    check_says: CheckSays,
    store: Store,
    page: str,
    problem: str,
    language: str,
) -> None:
    check_says(problem)
    client = browser(language=language)
    sentence = _said(CONNECTION[problem], language)

    now = read(client.post(page, typed(owner_email="new@shop.example"), follow=True))
    later = read(client.get(page))

    told = f"{_said(view.SAVED_UNCONNECTED, language)} {sentence}"
    assert f'<p class="panel-note panel-error">{told}</p>' in now
    assert now.count(sentence) == 1
    assert f"<h2>{'Brak połączenia' if language == 'pl' else 'Not connected'}</h2> <p>{sentence}</p>" in later
    assert (row(store)["owner_email"], row(store)["check_problem"]) == ("new@shop.example", problem)


def test_server_that_does_not_answer_is_found_out_by_the_check_itself(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, store: Store, page: str
) -> None:
    response = browser().post(page, typed(), follow=True)

    assert row(store)["check_problem"] == "network"
    assert str(CONNECTION["network"]) in read(response)


@pytest.mark.parametrize(
    ("language", "upgraded", "trimmed"),
    [
        (
            "pl",
            "Endpoint zapisano z https://, aby wszystko było przesyłane w postaci zaszyfrowanej.",
            "Z podanego endpointu zapisano tylko serwer; reszta adresu nie jest potrzebna.",
        ),
        (
            "en",
            "The endpoint was stored with https://, so that everything travels encrypted.",
            "Of the endpoint only the server was stored; the rest of the address is not needed.",
        ),
    ],
)
def test_what_was_put_right_in_the_endpoint_is_told(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    check_says: CheckSays,
    store: Store,
    page: str,
    language: str,
    upgraded: str,
    trimmed: str,
) -> None:
    check_says(None)
    Account.objects.update(endpoint="https://app3.salesmanago.pl")

    response = browser(language=language).post(
        page, typed(endpoint="http://app3.salesmanago.pl/api/"), follow=True
    )

    assert row(store)["endpoint"] == "https://app3.salesmanago.pl"
    assert upgraded in read(response)
    assert trimmed in read(response)


def test_new_secret_replaces_the_stored_one_and_is_shown_nowhere(
    browser: Browser, read: Read, typed: Typed, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)

    response = browser().post(page, typed(api_secret=" brand-new-secret "), follow=True)

    assert Account.objects.get(pk=store.pk).api_secret == "brand-new-secret"
    assert "brand-new-secret" not in read(response)


def test_consents_of_this_store_are_offered_and_the_chosen_one_is_linked(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    editing.add(store.pk, code="marketing", text="Zgadzam się.", traits=editing.Traits("Zgoda marketingowa"))
    client = browser()

    offered = read(client.get(page))
    client.post(page, typed(mode="consent", consent="marketing"))
    afterwards = read(client.get(page))

    assert '<option value="marketing">Zgoda marketingowa (marketing)</option>' in offered
    assert (row(store)["mode"], row(store)["consent_code"]) == ("consent", "marketing")
    assert '<option value="marketing" selected>Zgoda marketingowa (marketing)</option>' in afterwards


def test_consents_of_a_foreign_store_are_neither_offered_nor_taken(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, store: Store, foreign_store: Store, page: str
) -> None:
    editing.add(store.pk, code="own", text="Zgadzam się.", traits=editing.Traits("Own"))
    editing.add(foreign_store.pk, code="foreign", text="Zgadzam się.", traits=editing.Traits("Foreign"))
    before = row(store)

    offered = read(browser().get(page))
    refused = read(browser().post(page, typed(mode="consent", consent="foreign")))

    assert "Foreign" not in offered
    assert str(FIELDS["consent_unknown"]) in refused
    assert row(store) == before


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "pl",
            "Ten sklep nie ma jeszcze żadnej zgody, więc tego trybu nie można zapisać. "
            "Zgodę dodaje się na stronie Konfiguracja → Zgody.",
        ),
        (
            "en",
            "This store has no consents yet, so this mode can't be saved. "
            "Add one under Configuration → Consents.",
        ),
    ],
)
def test_store_without_consents_is_told_that_there_is_nothing_to_choose(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    store: Store,
    page: str,
    language: str,
    sentence: str,
) -> None:
    before = row(store)

    shown = read(browser(language=language).get(page))
    refused = read(browser(language=language).post(page, typed(mode="consent")))

    assert sentence in shown
    assert refused.count(sentence) == 2  # in the summary and in the place of the field
    assert row(store) == before


def test_linked_consent_that_is_not_there_yet_stays_chosen(
    browser: Browser, read: Read, store: Store, page: str
) -> None:
    Account.objects.filter(pk=store.pk).update(mode="consent", consent_code="marketing")

    assert '<option value="marketing" selected>marketing</option>' in read(browser().get(page))


def test_mode_that_does_not_exist_is_refused(
    browser: Browser, typed: Typed, row: ReadRow, store: Store, page: str
) -> None:
    before = row(store)

    response = browser().post(page, typed(mode="whatever"))

    assert response.status_code == 200
    assert row(store) == before


def test_advanced_settings_are_read_as_they_are_typed(
    browser: Browser, read: Read, typed: Typed, row: ReadRow, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    client = browser()

    client.post(
        page,
        typed(
            country="de",
            language="EN",
            time_zone=" Europe/Berlin ",
            location=" shop_pl ",
            shop_domain="https://Www.Shop.Example/kontakt",
            product_id="variant",
            purchase_counts="paid",
            in_doubt="repeat",
            tags_registration="NOWY, SKLEP , NOWY",
            tags_login="-",
            ignored_domains="@Firma.pl, test.example",
            double_opt_in_email_id="mail-7",
            double_opt_in_language="PL",
            load_always="on",
        ),
    )

    stored, shown = row(store), read(client.get(page))
    assert (stored["country"], stored["language"], stored["time_zone"]) == ("DE", "en", "Europe/Berlin")
    assert (stored["location"], stored["shop_domain"]) == ("shop_pl", "www.shop.example")
    assert (stored["product_id"], stored["purchase_counts"], stored["in_doubt"]) == (
        "variant",
        "paid",
        "repeat",
    )
    assert stored["tags"] == {"registration": ["NOWY", "SKLEP"], "login": []}
    assert stored["ignored_domains"] == ["firma.pl", "test.example"]
    assert (stored["double_opt_in_email_id"], stored["double_opt_in_language"]) == ("mail-7", "PL")
    assert (stored["load_always"], stored["dry_run"]) == (True, False)
    assert 'name="time_zone" value="Europe/Berlin"' in shown
    assert 'name="location" value="shop_pl"' in shown
    assert 'name="shop_domain" value="www.shop.example"' in shown
    assert '<option value="variant" selected>Variant id</option>' in shown
    assert '<option value="paid" selected>When the order is paid</option>' in shown
    assert '<option value="repeat" selected>Send it again, at the risk of counting it twice</option>' in shown
    assert 'value="NOWY, SKLEP"' in shown
    assert 'name="tags_login" value="-"' in shown
    assert 'placeholder="SHOP_NEWSLETTER"' in shown
    assert 'value="firma.pl, test.example"' in shown


@pytest.mark.parametrize(
    ("language", "help_texts"),
    [
        (
            "pl",
            {
                "time_zone": "Strefa czasowa, w której działa sklep, na przykład Europe/Warsaw.",
                "location": "Potrzebna tylko wtedy, gdy do SALESmanago podłączono kilka feedów produktowych: "
                "lokalizacja feedu tego sklepu, zapisana dokładnie tak jak tam. Przy jednym feedzie pole może "
                "pozostać puste.",
                "shop_domain": "SALESmanago dostaje go z każdym koszykiem i zamówieniem, na przykład "
                "www.example.com. Z dłuższego adresu zapisuje się tylko domenę. Pole może pozostać puste.",
                "product_id": "Identyfikator, którym feed produktowy w SALESmanago oznacza produkty. Przy innym "
                "wyborze SALESmanago nie rozpozna produktów w koszykach i zamówieniach.",
                "purchase_counts": "Jeśli wiele zamówień nie zostaje opłaconych, warto wybrać drugą możliwość: "
                "zamówienie trafi wtedy do SALESmanago jako zakup dopiero po informacji ze sklepu, że jest "
                "opłacone.",
                "in_doubt": "Gdy połączenie zerwie się w złym momencie, nie wiadomo, czy SALESmanago odebrało "
                "zakup. Wstrzymany zakup czeka na decyzję; wysłany ponownie może zostać policzony dwa razy.",
            },
        ),
        (
            "en",
            {
                "time_zone": "The time zone in which the shop works, for example Europe/Warsaw.",
                "location": "Needed only if several product feeds are connected in SALESmanago: the location of "
                "this shop's feed, spelled exactly as it is there. With one feed leave it empty.",
                "shop_domain": "SALESmanago gets it with every cart and order, for example www.example.com. Of "
                "a longer address only the domain is stored. It may stay empty.",
                "product_id": "By which identifier the product feed in SALESmanago names your products. With "
                "another one, SALESmanago does not recognise the products in carts and orders.",
                "purchase_counts": "If many orders are never paid, choose the second: then an order reaches "
                "SALESmanago as a purchase only once the shop says that it is paid.",
                "in_doubt": "If the connection breaks at the wrong moment, nobody can tell whether SALESmanago "
                "has received a purchase. Held back, it waits for your decision; sent again, it may be counted "
                "twice.",
            },
        ),
    ],
)
def test_settings_of_carts_and_orders_are_explained_beside_them(
    browser: Browser, read: Read, page: str, language: str, help_texts: dict[str, str]
) -> None:
    shown = read(browser(language=language).get(page))

    missing = [
        name
        for name, text in help_texts.items()
        if f'<p class="panel-help" id="id_{name}_helptext">{text}</p>' not in shown
    ]
    assert missing == []


def test_time_zones_of_places_are_offered_while_one_is_typed(browser: Browser, read: Read, page: str) -> None:
    shown = read(browser().get(page))

    offered = shown[shown.index('<datalist id="time-zones">') : shown.index("</datalist>")]
    assert 'list="time-zones"' in shown
    assert '<option value="Europe/Warsaw"></option>' in offered
    assert "Etc/" not in offered
    assert 'value="localtime"' not in offered


def test_page_shown_and_saved_unchanged_changes_no_setting(
    browser: Browser, typed: Typed, row: ReadRow, check_says: CheckSays, store: Store, page: str
) -> None:
    check_says(None)
    before = row(store)

    browser().post(page, typed())

    changed = {name for name, value in row(store).items() if value != before[name]}
    assert changed == {"checked_at", "saved_at"}


def test_refusal_between_judging_and_saving_is_told_like_any_other(
    browser: Browser, read: Read, typed: Typed, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    def refuse(account: Account, settings: object) -> None:
        raise RefusedSettings({"consent": "consent_unknown"})

    monkeypatch.setattr(view, "save", refuse)

    response = browser().post(page, typed())

    assert str(FIELDS["consent_unknown"]) in read(response)
