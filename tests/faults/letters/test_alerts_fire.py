"""An installation tells the owners of a store by e-mail what is wrong, once, and keeps silent when all is well."""

import time

import pytest

SOON = {"EBEXO_ALERT_AFTER_SECONDS": "3", "EBEXO_PUBLIC_URL": "https://panel.example"}


def add(installation, email):
    added = installation.run("user", "add", email, "--role", "owner", "--store", installation.store)
    assert added.returncode == 0, added.stderr


@pytest.mark.long
@pytest.mark.both
def test_wrong_secret_gives_each_owner_one_letter_and_one_when_it_was_put_right(installation, sink, until):
    installation.sandbox()
    installation.open_store(secret="wrong")
    for email in ("anna@olcha.example", "bogdan@olcha.example"):
        add(installation, email)
    installation.serve(**SOON, **sink.environment)
    assert installation.tell(1, email="jan.kowalski@example.com").status == 202

    until(lambda: len(sink.letters) == 2, seconds=150)
    time.sleep(2)
    first = sink.told()
    installation.run("store", "update", installation.store, "--api-secret-stdin", stdin="sandbox-secret")
    until(lambda: len(sink.letters) == 4, seconds=150)

    refused, over = (
        "Olcha: SALESmanago odmawia dostępu Państwa kontu",
        "Olcha: wysyłka do SALESmanago znów działa",
    )
    owners = ("anna@olcha.example", "bogdan@olcha.example")
    assert first == [(owner, refused) for owner in owners]
    assert sink.told()[2:] == [(owner, over) for owner in owners]
    letter = sink.letters[0]
    assert (letter["From"], letter["Auto-Submitted"]) == ("Ebexo <panel@shop.example>", "auto-generated")
    assert letter.get_content().replace("\r\n", "\n") == (
        "Z tego, co dzieje się w sklepie Olcha, nic nie jest obecnie wysyłane do SALESmanago.\n"
        "\n"
        "SALESmanago odrzuca ten ApiSecret. Proszę skopiować go jeszcze raz (Ustawienia → Integracja → Dostęp przez "
        "API); jeśli wygenerowano tam nowy, stary już nie działa.\n"
        "\n"
        "Państwa klienci nie zauważą w sklepie żadnej różnicy, ale w SALESmanago brakuje nowych kontaktów, koszyków i "
        "zamówień, więc nie są wysyłane związane z nimi wiadomości. Nic nie przepada: wszystko czeka i zostanie "
        "wysłane, gdy tylko zostanie to poprawione.\n"
        "\n"
        "Ustawienia połączenia znajdują się tutaj:\n"
        "\n"
        f"https://panel.example/panel/{installation.store}/salesmanago/\n"
        "\n"
        "Otrzymują Państwo ten e-mail jeden raz, a następny – gdy wysyłka znów zadziała.\n"
    )
    assert not any("jan.kowalski" in str(letter) for letter in sink.letters)


@pytest.mark.long
def test_far_side_that_is_down_gives_one_letter_that_outlives_a_restart(installation, sink, until):
    installation.sandbox()
    installation.open_store()
    add(installation, "anna@olcha.example")
    installation.fault("/api/", "status", status=500)
    serve = installation.serve(**SOON, **sink.environment)
    installation.tell(1)
    until(lambda: sink.letters)

    serve.kill()
    installation.serve(**SOON, **sink.environment)
    time.sleep(3)
    stuck = sink.told()
    installation.backstage("DELETE", "faults")
    installation.run("doctor", "--store", installation.store)
    until(lambda: len(sink.letters) == 2)

    assert stuck == [("anna@olcha.example", "Olcha: do SALESmanago nic nie dociera")]
    assert sink.told()[1:] == [("anna@olcha.example", "Olcha: wysyłka do SALESmanago znów działa")]


@pytest.mark.long
def test_a_store_that_works_and_a_quiet_night_give_no_letter(installation, sink, until):
    installation.sandbox()
    installation.open_store()
    add(installation, "anna@olcha.example")
    installation.serve(**SOON, **sink.environment)
    installation.tell(1)
    until(lambda: installation.states(1) == ["delivered"])

    time.sleep(6)

    assert sink.letters == []
    assert installation.query("SELECT COUNT(*) FROM ebexo_stores_alert WHERE closed_at IS NULL") == [(0,)]


@pytest.mark.long
def test_what_salesmanago_refuses_gives_one_letter_that_counts_it(installation, sink, until):
    installation.sandbox()
    installation.open_store("--set", "rate=1000")
    add(installation, "anna@olcha.example")
    installation.fault("/api/contact/upsert", "refuse_email", email="person-1@example.com")
    installation.fault("/api/contact/upsert", "refuse_email", email="person-2@example.com")
    installation.serve(**SOON, **sink.environment)

    for number in range(40):
        installation.tell(number)
    until(lambda: sink.letters, seconds=40)
    time.sleep(3)

    assert sink.told() == [("anna@olcha.example", "Olcha: SALESmanago odrzuca część tego, co jest wysyłane")]
