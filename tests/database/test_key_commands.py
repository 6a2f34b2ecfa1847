"""`ebexo store …key…` and `ebexo keys …`: what is printed once, what is refused, and what a rotation keeps."""

import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.utils import timezone

from ebexo import cli, secrets
from ebexo.environment import environment
from ebexo.stores import keys
from ebexo.stores.models import Account, ApiKey, Store

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("os.environ.get('EBEXO_TEST_DATABASE') == 'postgresql'", reason="once is enough"),
]
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CACHES = (environment, secrets._openers, secrets._installation_secret, secrets.derived_key)


@pytest.fixture(autouse=True)
def _moment(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def ebexo(monkeypatch, capsys):
    """Run a command line; exit status, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ebexo", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        try:
            cli.main()
            status: Any = 0
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def installation(tmp_path, monkeypatch):
    """An installation of its own in an empty directory; call it to start anew with other keys."""
    monkeypatch.setenv("EBEXO_DATA_DIR", str(tmp_path))

    def restart(*fernet_keys):
        monkeypatch.setenv("EBEXO_SECRET_KEYS", ",".join(fernet_keys))
        for cache in CACHES:
            cache.cache_clear()
        return tmp_path

    restart()
    yield restart
    monkeypatch.undo()
    for cache in CACHES:
        cache.cache_clear()


@pytest.fixture
def filled_store(installation):
    """A store of the installation of its own, with every kind of secret."""
    store = Store.objects.create(name="Olcha")
    Account.objects.create(store=store, api_secret_encrypted=secrets.encrypt("s3cret"))
    keys.rotate_signing_secret(store, now=NOW)
    return store


def everything_secret(store):
    return [
        *keys.signing_secrets(Store.objects.get(pk=store.pk), now=NOW),
        Account.objects.get(store=store).api_secret,
    ]


@pytest.mark.parametrize("command", ["add-key", "rotate-key"])
def test_a_new_key_is_printed_once(ebexo, store, command):
    status, plain, _ = ebexo("store", command, store.handle)
    _, as_json, _ = ebexo("store", command, store.handle, "--json")

    assert status == 0
    assert keys.store_of_key(plain.removesuffix("\n"), now=NOW) == store
    answer = json.loads(as_json)
    assert answer == {"store": store.handle, "api_key": answer["api_key"]}
    assert keys.store_of_key(answer["api_key"], now=NOW) == store
    assert as_json.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "hours", "line"),
    [
        ((), 24, "Keys made before work until 2026-11-24 10:00Z.\n"),
        (("--overlap", 2), 2, "Keys made before work until 2026-11-23 12:00Z.\n"),
        (("--overlap", 0), 0, "Keys made before no longer work.\n"),
    ],
)
def test_a_rotation_says_how_long_the_former_keys_work(ebexo, store, options, hours, line):
    status, _, err = ebexo("store", "rotate-key", store.handle, *options)

    assert (status, err) == (0, line)
    end = NOW + timedelta(hours=hours)
    assert list(ApiKey.objects.order_by("pk").values_list("ends_at", flat=True)) == [end, None]


def test_an_added_key_ends_no_other(ebexo, store):
    assert ebexo("store", "add-key", store.handle)[::2] == (0, "")

    assert keys.store_of_key(store.api_key, now=NOW + DAY) == store


@pytest.mark.parametrize("hours", ["-1", "8761", "1.5", "soon"])
def test_an_overlap_that_cannot_be_right_is_refused(ebexo, store, hours):
    for command in ("rotate-key", "rotate-signing-secret"):
        status, out, err = ebexo("store", command, store.handle, "--overlap", hours)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith("ebexo: Invalid value for '--overlap': ")

    assert ApiKey.objects.values_list("ends_at", flat=True).get() is None


@pytest.mark.parametrize(
    "command", [["keys"], ["add-key"], ["rotate-key"], ["revoke-key"], ["rotate-signing-secret"]]
)
def test_an_unknown_store_is_refused(ebexo, db, command):
    key = ["ek_1234"] if command == ["revoke-key"] else []

    answer = ebexo("store", *command, "nowhere", *key)

    assert answer == (2, "", "ebexo: STORE nowhere: there is no such store. Run ebexo store list.\n")


def test_keys_are_listed_with_what_became_of_them(ebexo, store):
    for hint, fields in {
        "ek_aaaa…": {"last_used_at": NOW, "revoked_at": NOW},
        "ek_bbbb…": {"ends_at": NOW},
        "ek_cccc…": {"ends_at": NOW + DAY},
        "ek_dddd…": {},
    }.items():
        keys.add_key(store)
        newest = ApiKey.objects.filter(pk=ApiKey.objects.latest("pk").pk)
        newest.update(hint=hint, created_at=NOW - DAY, **fields)
    ApiKey.objects.earliest("pk").delete()
    numbers = list(ApiKey.objects.order_by("-pk").values_list("pk", flat=True))

    status, out, err = ebexo("store", "keys", store.handle)
    told = json.loads(ebexo("store", "keys", store.handle, "--json")[1])

    made = "made 2026-11-22 10:00Z"
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"{numbers[0]}  ek_dddd…  {made}  not used yet  works",
        f"{numbers[1]}  ek_cccc…  {made}  not used yet  works until 2026-11-24 10:00Z",
        f"{numbers[2]}  ek_bbbb…  {made}  not used yet  ended 2026-11-23 10:00Z",
        f"{numbers[3]}  ek_aaaa…  {made}  last used 2026-11-23 10:00Z  revoked 2026-11-23 10:00Z",
    ]
    assert [one["hint"] for one in told] == ["ek_dddd…", "ek_cccc…", "ek_bbbb…", "ek_aaaa…"]
    assert told[3] == {
        "id": numbers[3],
        "hint": "ek_aaaa…",
        "created_at": "2026-11-22T10:00:00+00:00",
        "last_used_at": "2026-11-23T10:00:00+00:00",
        "ends_at": None,
        "revoked_at": "2026-11-23T10:00:00+00:00",
    }


@pytest.mark.parametrize("name", ["number", "hint", "beginning"])
def test_a_key_is_revoked_by_its_number_or_its_beginning(ebexo, store, name):
    kept = keys.add_key(store)
    key = ApiKey.objects.earliest("pk")
    named = {"number": key.pk, "hint": key.hint, "beginning": key.hint.rstrip("…")}[name]

    answer = ebexo("store", "revoke-key", store.handle, named)

    assert answer == (0, "", f"Revoked the key {key.hint}.\n")
    assert keys.store_of_key(store.api_key, now=NOW) is None
    assert keys.store_of_key(kept, now=NOW) == store


def test_revoking_the_only_key_says_so(ebexo, store):
    key = ApiKey.objects.get()

    assert ebexo("store", "revoke-key", store.handle, key.pk) == (
        0,
        "",
        f"Revoked the key {key.hint}.\n"
        "No other key of this store works. Make one with ebexo store add-key.\n",
    )


def test_a_key_that_is_not_there_is_refused_without_repeating_what_was_typed(ebexo, store, other_store):
    revoked = ApiKey.objects.get(store=store)
    keys.revoke_key(store, revoked.pk, now=NOW)
    keys.add_key(store)
    foreign = ApiKey.objects.get(store=other_store)

    for typed in (revoked.pk, revoked.hint, foreign.pk, other_store.api_key, "", "ek_"):
        assert ebexo("store", "revoke-key", store.handle, typed) == (
            2,
            "",
            f"ebexo: KEY: the store has no such key. Run ebexo store keys {store.handle}.\n",
        )
    assert ApiKey.objects.filter(revoked_at=None).count() == 2


def test_a_beginning_that_several_keys_have_is_refused(ebexo, store):
    keys.add_key(store)
    ApiKey.objects.update(hint="ek_same…")

    assert ebexo("store", "revoke-key", store.handle, "ek_same") == (
        2,
        "",
        "ebexo: KEY: several keys begin like this. Give its number, as ebexo store keys lists it.\n",
    )


@pytest.mark.parametrize(
    ("hours", "line"),
    [
        (24, "The secret it replaces works until 2026-11-24 10:00Z.\n"),
        (0, "The secret it replaces no longer works.\n"),
    ],
)
def test_a_new_signing_secret_is_printed_once(ebexo, store, hours, line):
    former = store.signing_secret

    status, out, err = ebexo("store", "rotate-signing-secret", store.handle, "--overlap", hours)

    assert (status, err) == (0, line)
    found = Store.objects.get()
    assert keys.signing_secrets(found, now=NOW) == [out.strip(), *([former] if hours else [])]
    as_json = ebexo("store", "rotate-signing-secret", store.handle, "--json")[1]
    secret = Store.objects.get().signing_secret
    assert json.loads(as_json) == {"store": store.handle, "signing_secret": secret}


def test_a_generated_key_is_one_that_the_environment_takes(ebexo, installation):
    status, out, err = ebexo("keys", "generate")

    assert (status, err, out.count("\n")) == (0, "", 1)
    installation(out.strip())
    assert secrets.decrypt(secrets.encrypt("x")) == "x"


def test_rotation_makes_a_new_key_in_the_file_and_keeps_secrets_and_hashes(ebexo, filled_store, installation):
    file = environment().data_dir / "secret-keys"
    hashed, known = secrets.keyed_hash("identity:email", "jan@example.com"), everything_secret(filled_store)
    former = file.read_text()

    answer = ebexo("keys", "rotate")

    sentence = f"Re-encrypted 3 stored secrets and the installation secret with the newest key of {file}.\n"
    assert answer == (0, sentence, "")
    newest, *others = file.read_text().split()
    assert others == [former]
    file.write_text(newest)  # the former key is no longer needed for anything
    installation()
    assert everything_secret(filled_store) == known
    assert secrets.keyed_hash("identity:email", "jan@example.com") == hashed


def test_rotation_takes_the_newest_key_of_the_environment(ebexo, installation):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    folder = installation(old)
    store = Store.objects.create(name="Olcha")
    secret, hashed = store.signing_secret, secrets.keyed_hash("identity:email", "jan@example.com")
    installation(new, old)

    answer = ebexo("keys", "rotate")

    sentence = (
        "Re-encrypted 1 stored secret and the installation secret with the newest key of EBEXO_SECRET_KEYS.\n"
    )
    assert answer == (0, sentence, "")
    installation(new)
    assert Store.objects.get().signing_secret == secret
    assert secrets.keyed_hash("identity:email", "jan@example.com") == hashed
    with pytest.raises(InvalidToken):
        Fernet(old).decrypt(Store.objects.get().signing_secret_encrypted)
    assert [path.name for path in folder.iterdir()] == ["installation-secret"]


def test_a_running_process_takes_up_a_key_that_another_one_added(filled_store):
    known = everything_secret(filled_store)  # from now on the keys are known to this process
    file = environment().data_dir / "secret-keys"
    newest = Fernet.generate_key().decode()
    file.write_text(f"{newest}\n{file.read_text()}")

    secret = secrets.encrypt("written here")

    assert everything_secret(filled_store) == known
    assert Fernet(newest).decrypt(secret) == b"written here"


def test_a_secret_that_cannot_be_opened_ends_the_rotation_in_a_line_and_changes_no_row(
    ebexo, filled_store, installation
):
    stray = Store.objects.create(name="Brzoza", signing_secret_encrypted="gAAAAA-stray")
    before = list(Store.objects.order_by("pk").values()), list(Account.objects.values())

    status, out, err = ebexo("keys", "rotate")

    assert (status, out) == (1, "")
    assert re.fullmatch(
        r"ebexo: A stored secret can't be opened: the key that closed it is missing from \S+/secret-keys\.\n",
        err,
    )
    assert (list(Store.objects.order_by("pk").values()), list(Account.objects.values())) == before
    assert stray.signing_secret_encrypted == "gAAAAA-stray"


def test_rotation_without_its_keys_is_one_line(ebexo, installation):
    installation("nonsense")

    assert ebexo("keys", "rotate") == (
        1,
        "",
        "ebexo: EBEXO_SECRET_KEYS holds something that is not a Fernet key.\n",
    )
