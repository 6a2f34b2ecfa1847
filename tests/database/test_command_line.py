"""`ebexo store …` and `ebexo consent …`: exit codes, one line for a refusal, one JSON object for a script."""

import json
import sys
from typing import Any

import pytest
from django.utils import timezone

from ebexo import cli
from ebexo.callbacks.addresses import callback_addresses
from ebexo.consents.models import Wording
from ebexo.stores.keys import store_of_key
from ebexo.stores.models import Account, ApiKey, Store

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="once is enough"),
]
NOBODY_LISTENS = "http://127.0.0.1:1"
ACCOUNT = (
    "--email",
    "owner@shop.example",
    "--client-id",
    "client",
    "--api-secret-stdin",
    "--endpoint",
    NOBODY_LISTENS,
)
NO_ANSWER = (
    "The server given as endpoint does not answer. Check the endpoint; if it is right, there is nothing to do: "
    "what happens in the shop waits and is sent as soon as SALESmanago can be reached."
)
CHECK = {"ok": False, "problem": "network", "sentence": NO_ANSWER}


@pytest.fixture
def ebexo(monkeypatch, capsys):
    """Run a command line; exit status, standard output, standard error."""

    def run(*arguments, stdin=""):
        import io

        monkeypatch.setattr(sys, "argv", ["ebexo", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            cli.main()
            status: Any = 0
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        return status, out, err

    return run


def created(ebexo, *options):
    status, out, err = ebexo("store", "create", "Olcha", *options, "--json", stdin="s3cret\n")
    assert (status, err) == (0, "")
    assert out.count("\n") == 1
    return json.loads(out)


def callbacks_of(handle):
    return callback_addresses(handle, base="http://127.0.0.1:8000")


def test_a_store_is_created_with_one_json_object(ebexo):
    answer = created(ebexo, *ACCOUNT, "--active")

    store = Store.objects.get()
    assert answer == {
        "store": store.handle,
        "api_key": answer["api_key"],
        "public_key": store.public_key,
        "signing_secret": store.signing_secret,
        "callbacks": callbacks_of(store.handle),
        "check": CHECK,
    }
    assert store_of_key(answer["api_key"], now=timezone.now()) == store
    account = store.account
    assert (account.active, account.owner_email, account.client_id, account.api_secret, account.endpoint) == (
        True,
        "owner@shop.example",
        "client",
        "s3cret",
        NOBODY_LISTENS,
    )


def test_a_store_may_be_created_empty(ebexo):
    answer = created(ebexo)

    assert answer["check"]["problem"] == "incomplete"
    assert Account.objects.get().active is False


def test_an_update_changes_what_is_given_and_shows_no_secret(ebexo):
    store = created(ebexo, *ACCOUNT, "--active")["store"]

    status, out, err = ebexo("store", "update", store, "--client-id", "other", "--set", "rate=25", "--json")

    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "store": store,
        "public_key": Store.objects.get().public_key,
        "callbacks": callbacks_of(store),
        "check": CHECK,
    }
    account = Account.objects.get()
    assert (account.client_id, account.rate, account.owner_email, account.api_secret, account.active) == (
        "other",
        25,
        "owner@shop.example",
        "s3cret",
        True,
    )
    assert ApiKey.objects.count() == 1


def test_an_update_for_people_has_a_line_each(ebexo):
    store = created(ebexo, *ACCOUNT)["store"]
    callbacks = callbacks_of(store)

    status, out, err = ebexo("store", "update", store, "--active")

    assert (status, out, err) == (
        0,
        f"store: {store}\npublic_key: {Store.objects.get().public_key}\n"
        f"callback opt_in: {callbacks['opt_in']}\ncallback opt_out: {callbacks['opt_out']}\n{NO_ANSWER}\n",
        "",
    )


def test_advanced_settings_are_set_by_name(ebexo):
    store = created(ebexo)["store"]

    settings = [
        "location=shop_de",
        "shop_domain=https://www.shop.example/",
        "country=de",
        "language=DE",
        "time_zone=Europe/Berlin",
        "product_id=SKU",
        "purchase_counts=paid",
        "in_doubt=repeat",
        "ignored_domains=AllegroMail.pl, x.example",
        "rate=3",
        "doi_email_id=mail-7",
        "doi_language=DE",
        "dry_run=true",
        "load_always=yes",
        "tags.login=vip, ,shop",
        "tags.newsletter=",
    ]
    status, _, err = ebexo("store", "update", store, *[part for text in settings for part in ("--set", text)])

    assert (status, err) == (0, "")
    account = Account.objects.get()
    assert (account.country, account.language, account.ignored_domains, account.rate) == (
        "DE",
        "de",
        ["allegromail.pl", "x.example"],
        3,
    )
    assert (account.location, account.shop_domain, account.time_zone) == (
        "shop_de",
        "www.shop.example",
        "Europe/Berlin",
    )
    assert (account.product_id, account.purchase_counts, account.in_doubt) == ("sku", "paid", "repeat")
    assert (account.double_opt_in_email_id, account.double_opt_in_language) == ("mail-7", "DE")
    assert (account.dry_run, account.load_always) == (True, True)
    assert account.tags == {"login": ["vip", "shop"], "newsletter": []}


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--email", "owner"), "--email: This is not an e-mail address."),
        (("--endpoint", "evil.example"), "--endpoint: This is not a server of SALESmanago."),
        (("--client-id", "a b"), "--client-id: There must be no spaces in it"),
        (("--api-secret-stdin",), "--api-secret-stdin: There must be no spaces in it"),
        (("--mode", "consent"), "--consent: Choose the consent on which people are sent."),
        (("--mode", "sometimes"), "Invalid value for '--mode': 'sometimes' is not one of"),
        (("--nonsense",), "No such option '--nonsense'."),
        (("--active",), "--email: This field is needed while the integration is active."),
        (("--set", "rate"), "--set rate: write NAME=VALUE."),
        (("--set", "rate=many"), "--set rate: it takes a whole number."),
        (("--set", "rate=²"), "--set rate: it takes a whole number."),
        (("--set", "location=shop pl"), "--set location: A location consists of at most 36 letters"),
        (("--set", "shop_domain=shop"), "--set shop_domain: Enter the address of the shop, such as"),
        (("--set", "time_zone=Warsaw"), "--set time_zone: There is no such time zone."),
        (("--set", "product_id=ean"), "--set product_id: Choose id, sku or variant."),
        (("--set", "purchase_counts=sent"), "--set purchase_counts: Choose placed or paid."),
        (("--set", "in_doubt=ask"), "--set in_doubt: Choose hold or repeat."),
        (("--set", "rate=0"), "--set rate: Choose from 1 to 1000 calls a second."),
        (("--set", "dry_run=maybe"), "--set dry_run: it takes true or false."),
        (("--set", "country=Polska"), "--set country: Two letters are needed here, such as PL."),
        (("--set", "doi_language=polish"), "--set doi_language: Two letters are needed here, such as PL."),
        (("--set", "tags.logout=X"), "--set tags: There is no such trigger."),
        (("--set", "colour=red"), "--set colour: there is no such setting."),
    ],
    ids=str,
)
def test_a_refused_value_is_one_line_and_changes_nothing(ebexo, options, line):
    store = created(ebexo)["store"]
    before = Account.objects.values().get()

    updated = ebexo("store", "update", store, *options, "--json", stdin="two words")
    made = ebexo("store", "create", "Brzoza", *options, "--json", stdin="two words")

    for status, out, err in (updated, made):
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"ebexo: {line}")
    assert (Account.objects.values().get(), Store.objects.count()) == (before, 1)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_store_needs_a_name(ebexo, name):
    assert ebexo("store", "create", name) == (2, "", "ebexo: NAME must have 1 to 200 characters.\n")
    assert Store.objects.count() == 0


def test_an_unknown_store_is_refused(ebexo):
    line = "ebexo: STORE nowhere: there is no such store. Run ebexo store list.\n"

    assert ebexo("store", "update", "nowhere", "--active") == (2, "", line)
    assert ebexo("consent", "add", "nowhere", "m", "--name", "M", "--text", "Yes.") == (2, "", line)


def test_stores_are_listed(ebexo):
    first = created(ebexo)
    second = created(ebexo, *ACCOUNT, "--active")

    assert ebexo("store", "list") == (
        0,
        f"{first['store']}  inactive  Olcha\n{second['store']}  active    Olcha\n",
        "",
    )
    status, out, _ = ebexo("store", "list", "--json")
    assert (status, json.loads(out)) == (
        0,
        [
            {"store": one["store"], "name": "Olcha", "public_key": one["public_key"], "active": active}
            for one, active in ((first, False), (second, True))
        ],
    )


def test_a_consent_is_added_with_its_wording_and_linked(ebexo):
    store = created(ebexo)["store"]

    added = ebexo(
        "consent", "add", store, "marketing", "--name", "Marketing", "--text", "Yes.", "--vendor-name", "M"
    )
    linked = ebexo("store", "update", store, "--mode", "double-opt-in", "--consent", "marketing")

    assert (added, linked[0]) == ((0, "", "Added the consent marketing.\n"), 0)
    wordings = Wording.objects.values_list(
        "consent__code", "consent__name", "consent__vendor_name", "version", "text"
    )
    assert list(wordings) == [("marketing", "Marketing", "M", 1, "Yes.")]
    assert (Account.objects.get().mode, Account.objects.get().consent_code) == ("double-opt-in", "marketing")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"code": "marketing"}, "CODE: the store has a consent with this code already."),
        ({"code": " "}, "CODE: it must not be empty."),
        ({"code": "x" * 65}, "CODE: it takes at most 64 characters."),
        ({"name": ""}, "--name: it must not be empty."),
        ({"name": "x" * 201}, "--name: it takes at most 200 characters."),
        ({"name": "a\0b"}, "--name: there is a character in it that can't be stored."),
        ({"text": " "}, "--text: it must not be empty."),
        ({"vendor_name": "x" * 256}, "--vendor-name: it takes at most 255 characters."),
        ({"code": "", "name": "", "text": ""}, "CODE: it must not be empty."),
    ],
    ids=str,
)
def test_a_consent_that_cannot_be_right_is_refused_in_a_line(ebexo, given, line):
    store = created(ebexo)["store"]
    ebexo("consent", "add", store, "marketing", "--name", "M", "--text", "Yes.")
    consent = {"code": "terms", "name": "M", "text": "Yes.", "vendor_name": ""} | given

    refused = ebexo(
        *("consent", "add", store, consent["code"], "--name", consent["name"]),
        *("--text", consent["text"], "--vendor-name", consent["vendor_name"]),
    )

    assert refused == (2, "", f"ebexo: {line}\n")
    assert list(Wording.objects.values_list("consent__code", flat=True)) == ["marketing"]


def test_a_consent_s_code_is_kept_as_events_tell_it(ebexo, tell):
    store = created(ebexo)["store"]

    ebexo("consent", "add", store, " marketing ", "--name", "M", "--text", "Yes.")

    assert list(Store.objects.get(handle=store).consents.values_list("code", flat=True)) == ["marketing"]


@pytest.mark.parametrize("bind", ["8000", "shop.example:8000", "127.0.0.1:x", "127.0.0.1:65536", ":8000", ""])
def test_an_address_to_bind_to_is_refused_in_a_line(ebexo, bind):
    status, out, err = ebexo("serve", "--bind", bind)

    assert (status, out) == (2, "")
    assert err == f"ebexo: Invalid value for '--bind': {bind!r} is no address such as 127.0.0.1:8000.\n"


def test_without_a_command_the_help_is_shown(ebexo):
    status, _, err = ebexo()

    assert (status, "Commands:" in err) == (2, True)
