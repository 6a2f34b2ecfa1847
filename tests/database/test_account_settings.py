"""Saving the seven fields: what is refused, what is tidied up, and what becomes of what waits."""

from dataclasses import replace

import pytest

from ebexo.connection import settings as account_settings
from ebexo.connection.advanced import ADVANCED
from ebexo.connection.check import Check
from ebexo.connection.settings import (
    RefusedSettings,
    Seven,
    changes_far_side,
    current,
    save,
    validated,
)
from ebexo.consents import editing
from ebexo.contacts.hashes import person_hash
from ebexo.outbox.models import Key, Message
from ebexo.outbox.states import State
from ebexo.stores.models import Account
from ebexo.stores.opening import open_store

pytestmark = pytest.mark.django_db
NOBODY_LISTENS = "http://127.0.0.1:1"
GOOD = Seven(
    active=True,
    owner_email="owner@shop.example",
    client_id="client",
    api_secret="secret",
    endpoint="app3.salesmanago.pl",
    mode="automatic",
)


@pytest.fixture
def account(db):
    return open_store("Olcha")[0].account


@pytest.fixture
def checks(monkeypatch):
    """The accounts that were checked; every check goes well, and nothing leaves the machine."""
    seen = []

    def check(account):
        seen.append((account.endpoint, account.client_id, account.api_secret, account.owner_email))
        return Check(None)

    monkeypatch.setattr(account_settings, "check", check)
    return seen


def test_typed_settings_are_tidied_up_saved_and_checked(account, checks):
    typed = replace(
        GOOD,
        owner_email=" Owner@Shop.Example ",
        client_id=" client\n",
        api_secret=" secret ",
        endpoint="http://app3.salesmanago.pl/api/",
    )

    saved = save(account, typed)

    stored = Account.objects.get(pk=account.pk)
    assert (
        stored.active,
        stored.owner_email,
        stored.client_id,
        stored.api_secret,
        stored.endpoint,
        stored.mode,
    ) == (
        True,
        "owner@shop.example",
        "client",
        "secret",
        "https://app3.salesmanago.pl",
        "automatic",
    )
    assert saved.notes == ("endpoint_upgraded", "endpoint_trimmed")
    assert (saved.check, stored.check_problem) == (Check(None), None)
    assert stored.checked_at
    assert stored.checked_at > stored.saved_at
    assert checks == [("https://app3.salesmanago.pl", "client", "secret", "owner@shop.example")]


def test_without_a_new_secret_the_stored_one_stays(account, checks):
    save(account, GOOD)

    save(account, replace(current(account), api_secret=None, client_id="other"))

    assert Account.objects.get(pk=account.pk).api_secret == "secret"


def test_the_stored_secret_is_not_readable_in_the_database(account, checks):
    save(account, replace(GOOD, api_secret="Zażółć-gęślą"))

    encrypted = Account.objects.values_list("api_secret_encrypted", flat=True).get(pk=account.pk)
    assert "Zażółć-gęślą" not in encrypted
    assert current(account).api_secret is None


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"owner_email": ""}, {"owner_email": "required"}),
        ({"owner_email": "owner"}, {"owner_email": "email"}),
        ({"client_id": " "}, {"client_id": "required"}),
        ({"client_id": "two words"}, {"client_id": "spaces"}),
        ({"client_id": "x" * 101}, {"client_id": "spaces"}),
        ({"api_secret": ""}, {"api_secret": "required"}),
        ({"api_secret": None}, {"api_secret": "required"}),
        ({"api_secret": "two words"}, {"api_secret": "spaces"}),
        ({"endpoint": ""}, {"endpoint": "required"}),
        ({"endpoint": "https://salesmanago.pl.evil.example"}, {"endpoint": "endpoint_foreign_host"}),
        ({"endpoint": "http://127.0.0.1:8090"}, {"endpoint": "endpoint_foreign_host"}),
        ({"endpoint": "app3.salesmanago.pl:8443"}, {"endpoint": "endpoint_port"}),
        ({"endpoint": "https://me@app3.salesmanago.pl"}, {"endpoint": "endpoint_userinfo"}),
        ({"endpoint": "ftp://app3.salesmanago.pl"}, {"endpoint": "endpoint_unreadable"}),
        ({"endpoint": f"{'a.' * 110}salesmanago.pl"}, {"endpoint": "endpoint_unreadable"}),
        ({"mode": "consent"}, {"consent": "consent_required"}),
        ({"mode": "double-opt-in"}, {"consent": "consent_required"}),
        ({"mode": "consent", "consent_code": "x" * 65}, {"consent": "consent_unknown"}),
        ({"advanced": {"location": "shop pl"}}, {"location": "location"}),
        ({"advanced": {"location": "shop,pl"}}, {"location": "location"}),
        ({"advanced": {"location": "x" * 37}}, {"location": "location"}),
        ({"advanced": {"shop_domain": "shop"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"shop_domain": "127.0.0.1"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"shop_domain": "my shop.example"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"shop_domain": "jan@shop.example"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"shop_domain": "shop..example"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"shop_domain": "https://"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"shop_domain": "http://[shop.example"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"shop_domain": f"{'a.' * 125}example"}}, {"shop_domain": "shop_domain"}),
        ({"advanced": {"time_zone": ""}}, {"time_zone": "time_zone"}),
        ({"advanced": {"time_zone": "Europe"}}, {"time_zone": "time_zone"}),
        ({"advanced": {"time_zone": "europe/warsaw"}}, {"time_zone": "time_zone"}),
        ({"advanced": {"time_zone": "../zoneinfo/UTC"}}, {"time_zone": "time_zone"}),
        ({"advanced": {"time_zone": "localtime"}}, {"time_zone": "time_zone"}),
        ({"advanced": {"product_id": "name"}}, {"product_id": "product_id"}),
        ({"advanced": {"purchase_counts": ""}}, {"purchase_counts": "purchase_counts"}),
        ({"advanced": {"in_doubt": "drop"}}, {"in_doubt": "in_doubt"}),
        ({"advanced": {"country": "Polska"}}, {"country": "two_letters"}),
        ({"advanced": {"language": "p1"}}, {"language": "two_letters"}),
        ({"advanced": {"rate": 0}}, {"rate": "rate"}),
        ({"advanced": {"rate": 1001}}, {"rate": "rate"}),
        ({"advanced": {"ignored_domains": ["@example.com"]}}, {"ignored_domains": "domains"}),
        ({"advanced": {"tags": {"logout": ["X"]}}}, {"tags": "tags"}),
        ({"advanced": {"double_opt_in_email_id": "x" * 101}}, {"double_opt_in_email_id": "spaces"}),
        (
            {"advanced": {"double_opt_in_language": "polish please"}},
            {"double_opt_in_language": "two_letters"},
        ),
        (
            {"owner_email": "", "client_id": "", "endpoint": "x", "advanced": {"rate": 0}},
            {
                "owner_email": "required",
                "client_id": "required",
                "endpoint": "endpoint_foreign_host",
                "rate": "rate",
            },
        ),
    ],
    ids=str,
)
def test_what_cannot_be_right_is_refused_and_nothing_is_saved(account, checks, change, problems):
    before = Account.objects.values().get(pk=account.pk)

    with pytest.raises(RefusedSettings) as refusal:
        save(account, replace(GOOD, **change))

    assert refusal.value.problems == problems
    assert (Account.objects.values().get(pk=account.pk), checks) == (before, [])


def test_a_store_that_is_switched_off_may_leave_everything_empty(account, checks):
    empty = Seven(active=False, owner_email="", client_id="", api_secret=None, endpoint="", mode="automatic")

    assert save(account, empty).check == Check(None)
    assert Account.objects.get(pk=account.pk).is_complete is False


def test_a_linked_consent_has_to_exist_once_the_store_has_any(account, checks):
    chosen = replace(GOOD, mode="consent", consent_code=" marketing ")

    assert validated(account, chosen)[0].consent_code == "marketing"
    editing.add(account.pk, code="terms", text="I accept.", traits=editing.Traits("Terms"))
    with pytest.raises(RefusedSettings) as refusal:
        validated(account, chosen)
    assert refusal.value.problems == {"consent": "consent_unknown"}


def test_a_consent_of_another_store_cannot_be_linked(account, other_store, checks):
    editing.add(account.pk, code="terms", text="I accept.", traits=editing.Traits("Terms"))
    editing.add(other_store.pk, code="marketing", text="Yes.", traits=editing.Traits("Marketing"))

    with pytest.raises(RefusedSettings):
        validated(account, replace(GOOD, mode="consent", consent_code="marketing"))


def test_the_automatic_mode_forgets_the_consent(account, checks):
    editing.add(account.pk, code="marketing", text="Yes.", traits=editing.Traits("Marketing"))
    save(account, replace(GOOD, mode="consent", consent_code="marketing"))

    save(account, replace(current(account), mode="automatic"))

    assert Account.objects.get(pk=account.pk).consent_code == ""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", ""),
        ("  ", ""),
        (" Shop.Example ", "shop.example"),
        ("https://www.shop.example/sklep/?a=b#c", "www.shop.example"),
        ("HTTP://shop.example:8443", "shop.example"),
        ("//shop.example.", "shop.example"),
        ("https://łódź.example/", "xn--d-uga0v4h.example"),
        (f"{'a.' * 124}pl", f"{'a.' * 124}pl"),
    ],
)
def test_of_the_shop_s_address_the_host_is_stored(account, checks, typed, stored):
    save(account, replace(GOOD, advanced={"shop_domain": typed}))

    assert Account.objects.get(pk=account.pk).shop_domain == stored


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("location", "", ""),
        ("location", " shop/pl_1.0-a ", "shop/pl_1.0-a"),
        ("location", "x" * 36, "x" * 36),
        ("time_zone", " America/Argentina/ComodRivadavia ", "America/Argentina/ComodRivadavia"),
        ("time_zone", "UTC", "UTC"),
    ],
)
def test_location_and_time_zone_are_stored_without_blanks_around_them(account, checks, name, typed, stored):
    save(account, replace(GOOD, advanced={name: typed}))

    assert getattr(Account.objects.get(pk=account.pk), name) == stored


def test_a_new_store_waits_for_a_decision_and_counts_orders_when_they_are_placed(account):
    assert {name: getattr(account, name) for name in ADVANCED} == {
        "location": "",
        "shop_domain": "",
        "country": "PL",
        "language": "pl",
        "time_zone": "Europe/Warsaw",
        "product_id": "id",
        "purchase_counts": "placed",
        "tags": {},
        "ignored_domains": [],
        "rate": 10,
        "in_doubt": "hold",
        "double_opt_in_email_id": "",
        "double_opt_in_language": "",
        "dry_run": False,
        "load_always": False,
    }


def test_an_endpoint_that_the_operator_allows_is_taken_as_written_and_a_failed_check_loses_nothing(account):
    saved = save(account, replace(GOOD, endpoint=f"{NOBODY_LISTENS}/api"))

    stored = Account.objects.get(pk=account.pk)
    assert (stored.endpoint, stored.active, stored.check_problem) == (NOBODY_LISTENS, True, "network")
    assert (saved.check, saved.notes) == (Check("network"), ("endpoint_trimmed",))


def test_a_check_says_nothing_about_settings_that_were_saved_meanwhile(account, monkeypatch):
    def check_while_somebody_saves(checked):
        Account.objects.get(pk=checked.pk).save()
        return Check("secret")

    monkeypatch.setattr(account_settings, "check", check_while_somebody_saves)

    save(account, GOOD)

    stored = Account.objects.get(pk=account.pk)
    assert (stored.check_problem, stored.checked_at) == ("unchecked", None)


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        ({}, False),
        ({"client_id": "other"}, True),
        ({"endpoint": "https://app2.salesmanago.pl"}, True),
        ({"owner_email": "x@shop.example", "api_secret": "new"}, False),
    ],
)
def test_endpoint_and_client_id_make_the_far_side(account, checks, change, changes):
    save(account, GOOD)
    remote = account.remote

    settings, _ = validated(account, replace(current(account), **change))

    assert changes_far_side(account, settings) is changes
    save(account, settings)
    assert (account.remote != remote) is changes


def test_the_first_far_side_is_no_change(account):
    assert changes_far_side(account, validated(account, GOOD)[0]) is False


def test_current_settings_can_be_saved_as_they_are(account, checks):
    advanced = {
        "location": "shop_de",
        "shop_domain": "shop.example",
        "country": "DE",
        "language": "de",
        "time_zone": "Europe/Berlin",
        "product_id": "sku",
        "purchase_counts": "paid",
        "tags": {"login": ["X"]},
        "ignored_domains": ["allegromail.pl"],
        "rate": 5,
        "in_doubt": "repeat",
        "double_opt_in_email_id": "mail-7",
        "double_opt_in_language": "DE",
        "dry_run": True,
        "load_always": True,
    }
    save(account, replace(GOOD, advanced=advanced))

    save(account, current(account))

    stored = Account.objects.get(pk=account.pk)
    assert {name: getattr(stored, name) for name in ADVANCED} == advanced


def test_switching_off_withholds_what_waits_and_drops_its_data(store, tell, everything_stored):
    account = store.account
    tell(1, email="przemka@szczebrzeszyn.example")
    tell(2, email="przemka@szczebrzeszyn.example")
    tell(3, email="other@szczebrzeszyn.example")

    save(account, replace(current(account), active=False))

    assert list(
        Message.objects.order_by("pk").values_list("state", "reason", "payload", "person_masked")
    ) == [
        ("withheld", "integration_off", None, "p…a@s…n.example"),
        ("withheld", "integration_off", None, "p…a@s…n.example"),
        ("withheld", "integration_off", None, "o…r@s…n.example"),
    ]
    assert Message.objects.get(event_id="event-1").person_hash == person_hash(
        "email", "przemka@szczebrzeszyn.example"
    )
    assert list(Key.objects.order_by("pk").values_list("head_seq", "head_message", "due_at")) == [
        (3, None, None),
        (2, None, None),
    ]
    assert "szczebrzeszyn" not in everything_stored()


def test_after_switching_on_again_new_events_are_heads_and_old_ones_stay_withheld(store, tell):
    account = store.account
    tell(1)
    save(account, replace(current(account), active=False))
    save(account, replace(current(account), active=True))

    message = tell(2)

    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["withheld", "waiting"]
    key = Key.objects.get()
    assert (key.head_seq, key.tail_seq, key.head_message) == (2, 2, message.pk)


def test_switching_off_leaves_final_messages_and_other_stores_alone(store, other_store, tell, an_event):
    from ebexo.ingest.receive import receive

    delivered = tell(1)
    Message.objects.filter(pk=delivered.pk).update(state=State.DELIVERED)
    receive(other_store, an_event(1))

    save(store.account, replace(current(store.account), active=False))

    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["delivered", "waiting"]
