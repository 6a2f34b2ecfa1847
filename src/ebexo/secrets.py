"""Secrets at rest, keyed hashes and the installation secret they come from.

Keys live outside the database: in `EBEXO_SECRET_KEYS`, or, where that is not set, in a file that only the owner
can read, newest first. The installation secret is made once, is stored encrypted by these keys and outlives their
rotation, so hashes made years ago still match. It lies in a file of the data directory, or, where machines share a
PostgreSQL, in that.
"""

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ebexo import shared_secret
from ebexo.environment import BadEnvironment, environment


def encrypt(text: str) -> str:
    """`text` as a token that only this installation's keys open."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """What `encrypt` was given. Raises BadEnvironment when the key is no longer among ours."""
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise _missing_key() from None


def re_encrypt(token: str) -> str:
    """The same secret, closed with the newest key. Raises BadEnvironment when the old key is not among ours."""
    try:
        return _keys().rotate(token.encode()).decode()
    except InvalidToken:
        raise _missing_key() from None


def keyed_hash(purpose: str, value: str) -> str:
    """64 hexadecimal digits: the same for the same purpose and value, and of no use outside this installation."""
    return hmac.digest(derived_key(purpose), value.encode(), "sha256").hex()


@cache
def derived_key(purpose: str) -> bytes:
    """32 bytes for one purpose (Django's own key, one kind of hash), from the installation secret."""
    return hmac.new(_installation_secret(), purpose.encode(), hashlib.sha256).digest()


def new_key() -> str:
    """A key such as `EBEXO_SECRET_KEYS` takes."""
    return Fernet.generate_key().decode()


def add_newest_key() -> None:
    """Put a new key first into the key file; the others stay, behind it. Raises BadEnvironment.

    Running processes take it up with the next secret they touch. Keys of the environment are the operator's to change.
    """
    if environment().secret_keys:
        return
    path = _key_file()
    _keys()  # a file that holds something else is refused before it is written anew
    with _alone_with(path):
        _replace(path, "\n".join([new_key(), *path.read_text().split()]))


def re_encrypt_installation_secret() -> None:
    """Close the installation secret with the newest key; it stays the same. Raises BadEnvironment."""
    if environment().database_url:
        shared_secret.replace(re_encrypt)
        return
    path = _installation_secret_file()
    with _alone_with(path):
        _replace(path, re_encrypt(path.read_text().strip()))


def check_keys() -> None:
    """Raises BadEnvironment where there are no keys, or something else in their place."""
    _keys()


def where_keys_are() -> str:
    """Where the operator finds the keys: the name of the variable, or the path of the file."""
    return "EBEXO_SECRET_KEYS" if environment().secret_keys else str(_key_file())


def _keys() -> MultiFernet:
    """The keys as they are now: another process may have added one to the file."""
    names = environment().secret_keys or tuple(_content(_key_file()).split())
    try:
        return _openers(names)
    except ValueError:
        raise BadEnvironment(f"{where_keys_are()} holds something that is not a Fernet key.") from None


@lru_cache(maxsize=1)
def _openers(names: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(name) for name in names])


def _missing_key() -> BadEnvironment:
    return BadEnvironment(
        f"A stored secret can't be opened: the key that closed it is missing from {where_keys_are()}."
    )


def _key_file() -> Path:
    if environment().database_url:
        raise BadEnvironment(
            "EBEXO_SECRET_KEYS is required together with EBEXO_DATABASE_URL. Make a key with: ebexo keys generate"
        )
    return _made_once(environment().data_dir / "secret-keys", new_key)


def _installation_secret_file() -> Path:
    return _made_once(environment().data_dir / "installation-secret", _new_installation_secret)


def _new_installation_secret() -> str:
    return encrypt(secrets.token_hex(32))


@cache
def _installation_secret() -> bytes:
    if environment().database_url:
        return decrypt(shared_secret.made_once(_new_installation_secret)).encode()
    return decrypt(_content(_installation_secret_file())).encode()


@contextmanager
def _usable_directory(path: Path) -> Iterator[None]:
    """Raises BadEnvironment where the file `path` can't be read or written."""
    try:
        yield
    except OSError as error:
        raise BadEnvironment(f"EBEXO_DATA_DIR {path.parent} can't be used: {error.strerror}.") from None


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """One process at a time changes the files in the directory of `path`, and what it changed is on disk after."""
    with _usable_directory(path):
        directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            yield
            os.fsync(directory)
        finally:
            os.close(directory)


def _content(path: Path) -> str:
    with _usable_directory(path):
        return path.read_text().strip()


def _made_once(path: Path, make: Callable[[], str]) -> Path:
    """`path`, its content written by whichever process comes first; mode 600. Raises BadEnvironment."""
    with _usable_directory(path):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = _draft(path, make())
            try:
                os.link(draft, path)  # fails if another process was first, and then its content holds
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path


def _replace(path: Path, text: str) -> None:
    """Whoever reads `path` finds the old content or the new one, never a part."""
    _draft(path, text).replace(path)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            draft.unlink()
            raise
    return draft
