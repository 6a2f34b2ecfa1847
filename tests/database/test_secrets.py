"""Secrets at rest: who can open them, what outlives a rotation of the keys, and who may read the files."""

import errno
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from ebexo import secrets
from ebexo.environment import BadEnvironment, environment

CACHES = (environment, secrets._openers, secrets._installation_secret, secrets.derived_key)


@pytest.fixture
def installation(tmp_path, monkeypatch):
    """An installation of its own in an empty directory; call it to start anew with other keys."""
    monkeypatch.setenv("EBEXO_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("EBEXO_DATABASE_URL", raising=False)
    monkeypatch.delenv("EBEXO_SECRET_KEYS", raising=False)

    def restart(*keys, **variables):
        monkeypatch.setenv("EBEXO_SECRET_KEYS", ",".join(keys))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        for cache in CACHES:
            cache.cache_clear()
        return tmp_path

    yield restart
    monkeypatch.undo()
    for cache in CACHES:
        cache.cache_clear()


def test_what_was_encrypted_is_opened_again_and_not_readable(installation):
    installation()

    token = secrets.encrypt("Zażółć")

    assert (secrets.decrypt(token), "Zażółć" in token) == ("Zażółć", False)
    assert secrets.encrypt("Zażółć") != token


def test_files_are_made_once_and_only_their_owner_may_read_them(installation):
    folder = installation()
    hashed = secrets.keyed_hash("x", "y")

    files = {path.name: path.read_text() for path in folder.iterdir()}
    installation()

    assert secrets.keyed_hash("x", "y") == hashed
    assert sorted(files) == ["installation-secret", "secret-keys"]
    assert {path.name: path.read_text() for path in folder.iterdir()} == files
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_many_who_come_first_agree_on_one_secret(installation):
    folder = installation()
    made = iter(range(100))

    with ThreadPoolExecutor(8) as pool:
        found = set(
            pool.map(
                lambda _: secrets._made_once(folder / "new", lambda: str(next(made))).read_text(), range(32)
            )
        )

    assert len(found) == 1
    assert [path.name for path in folder.iterdir()] == ["new"]


def test_a_new_key_opens_the_old_secrets_and_keeps_every_hash(installation):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    installation(old)
    token, hashed = secrets.encrypt("secret"), secrets.keyed_hash("identity:email", "jan@example.com")

    installation(new, old)

    assert secrets.decrypt(token) == "secret"
    assert secrets.keyed_hash("identity:email", "jan@example.com") == hashed
    Fernet(new).decrypt(secrets.encrypt("from now on"))


def test_a_lost_key_is_told_in_a_sentence(installation):
    installation(Fernet.generate_key().decode())
    token = secrets.encrypt("secret")
    installation(Fernet.generate_key().decode())

    with pytest.raises(BadEnvironment) as refusal:
        secrets.decrypt(token)

    assert str(refusal.value) == (
        "A stored secret can't be opened: the key that closed it is missing from EBEXO_SECRET_KEYS."
    )


@pytest.mark.parametrize("key", ["short", "ż" * 44, "-" * 44])
def test_something_else_than_a_key_is_refused(installation, key):
    installation(key)

    with pytest.raises(
        BadEnvironment, match=r"^EBEXO_SECRET_KEYS holds something that is not a Fernet key\.$"
    ):
        secrets.encrypt("x")


def test_postgresql_needs_keys_that_do_not_lie_in_a_directory(installation):
    installation(EBEXO_DATABASE_URL="postgresql://")

    with pytest.raises(BadEnvironment) as refusal:
        secrets.encrypt("x")

    assert str(refusal.value) == (
        "EBEXO_SECRET_KEYS is required together with EBEXO_DATABASE_URL. Make a key with: ebexo keys generate"
    )


def test_a_key_file_that_holds_something_else_is_refused_and_left_as_it_is(installation):
    folder = installation()
    file = folder / "secret-keys"
    file.write_text("nonsense")

    for work in (lambda: secrets.encrypt("x"), secrets.add_newest_key):
        with pytest.raises(BadEnvironment) as refusal:
            work()
        assert str(refusal.value) == f"{file} holds something that is not a Fernet key."

    assert file.read_text() == "nonsense"


def test_a_key_that_is_missing_from_the_file_is_told_with_its_path(installation):
    folder = installation()

    with pytest.raises(BadEnvironment) as refusal:
        secrets.decrypt(Fernet(Fernet.generate_key()).encrypt(b"x").decode())

    assert str(refusal.value) == (
        f"A stored secret can't be opened: the key that closed it is missing from {folder}/secret-keys."
    )


def test_a_new_key_stands_first_in_the_file_and_the_others_stay(installation):
    folder = installation()
    token = secrets.encrypt("secret")
    former = (folder / "secret-keys").read_text()

    secrets.add_newest_key()

    first, *others = (folder / "secret-keys").read_text().split()
    assert others == [former]
    assert stat.S_IMODE((folder / "secret-keys").stat().st_mode) == 0o600
    assert secrets.decrypt(token) == "secret"
    assert Fernet(first).decrypt(secrets.encrypt("from now on")) == b"from now on"
    assert [path.name for path in folder.iterdir()] == ["secret-keys"]


def test_of_many_keys_that_are_added_at_once_none_is_lost(installation):
    folder = installation()
    secrets.encrypt("x")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: secrets.add_newest_key(), range(16)))

    assert len(set((folder / "secret-keys").read_text().split())) == 17
    assert [path.name for path in folder.iterdir()] == ["secret-keys"]


def test_keys_of_the_environment_are_not_written_anywhere(installation):
    folder = installation(Fernet.generate_key().decode())

    secrets.add_newest_key()

    assert list(folder.iterdir()) == []


def test_a_secret_that_is_encrypted_anew_needs_the_newest_key_only(installation):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    installation(old)
    token = secrets.encrypt("secret")
    installation(new, old)

    anew = secrets.re_encrypt(token)

    installation(new)
    assert secrets.decrypt(anew) == "secret"
    with pytest.raises(BadEnvironment, match=r"^A stored secret can't be opened: "):
        secrets.re_encrypt(token)


def test_the_installation_secret_outlives_the_key_that_closed_it(installation):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    folder = installation(old)
    hashed = secrets.keyed_hash("identity:email", "jan@example.com")
    installation(new, old)

    secrets.re_encrypt_installation_secret()

    installation(new)
    assert secrets.keyed_hash("identity:email", "jan@example.com") == hashed
    assert [path.name for path in folder.iterdir()] == ["installation-secret"]
    assert stat.S_IMODE((folder / "installation-secret").stat().st_mode) == 0o600


def test_a_full_disk_leaves_the_key_file_as_it_is(installation, monkeypatch):
    folder = installation()
    secrets.encrypt("x")
    before = (folder / "secret-keys").read_text()

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)

    with pytest.raises(BadEnvironment) as refusal:
        secrets.add_newest_key()

    assert str(refusal.value) == f"EBEXO_DATA_DIR {folder} can't be used: No space left on device."
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"secret-keys": before}


def test_a_directory_that_cannot_be_made_is_told_in_a_sentence(installation, tmp_path):
    (tmp_path / "file").touch()
    installation(EBEXO_DATA_DIR=str(tmp_path / "file" / "below"))

    with pytest.raises(BadEnvironment) as refusal:
        secrets.encrypt("x")

    assert str(refusal.value) == f"EBEXO_DATA_DIR {tmp_path}/file/below can't be used: Not a directory."
