"""Secrets at rest, keyed hashes and the installation secret they come from.

Keys live outside the database: in `EBEXO_SECRET_KEYS`, or, where that is not set, in a file that only the owner
can read. The installation secret is made once, is stored encrypted by these keys and outlives their rotation, so
hashes made years ago still match.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ebexo.environment import BadEnvironment, environment


def encrypt(text: str) -> str:
    """`text` as a token that only this installation's keys open."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """What `encrypt` was given. Raises BadEnvironment when the key is no longer among ours."""
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise BadEnvironment(
            "A stored secret can't be opened: the key that closed it is missing from EBEXO_SECRET_KEYS."
        ) from None


def keyed_hash(purpose: str, value: str) -> str:
    """64 hexadecimal digits: the same for the same purpose and value, and of no use outside this installation."""
    return hmac.new(derived_key(purpose), value.encode(), hashlib.sha256).hexdigest()


@cache
def derived_key(purpose: str) -> bytes:
    """32 bytes for one purpose (Django's own key, one kind of hash), from the installation secret."""
    return hmac.new(_installation_secret(), purpose.encode(), hashlib.sha256).digest()


@cache
def _keys() -> MultiFernet:
    names = environment().secret_keys or (_key_file(),)
    try:
        return MultiFernet([Fernet(name) for name in names])
    except ValueError:
        raise BadEnvironment("EBEXO_SECRET_KEYS holds something that is not a Fernet key.") from None


def _key_file() -> str:
    if environment().database_url:
        raise BadEnvironment("EBEXO_SECRET_KEYS is required together with EBEXO_DATABASE_URL.")
    return _made_once(environment().data_dir / "secret-keys", lambda: Fernet.generate_key().decode())


@cache
def _installation_secret() -> bytes:
    path = environment().data_dir / "installation-secret"
    return decrypt(_made_once(path, lambda: encrypt(secrets.token_hex(32)))).encode()


def _made_once(path: Path, make: Callable[[], str]) -> str:
    """The content of `path`, written by whichever process comes first; mode 600. Raises BadEnvironment."""
    try:
        return _read_or_made(path, make)
    except OSError as error:
        raise BadEnvironment(f"EBEXO_DATA_DIR {path.parent} can't be used: {error.strerror}.") from None


def _read_or_made(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails if another process was first, and then its content holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
