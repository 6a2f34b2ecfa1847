"""Secrets on their way: opened with the keys of the SQLite installation, closed with the newest of the other side."""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ebexo.environment import environment
from ebexo.moving.errors import CannotMove
from ebexo.secrets import encrypt


class Keys:
    """The keys in the data directory, and those of `EBEXO_SECRET_KEYS`, which SQLite may have had as well."""

    def __init__(self, data_dir: Path) -> None:
        self._file, self._sealed = data_dir / "secret-keys", data_dir / "installation-secret"
        try:
            names = self._file.read_text().split() if self._file.exists() else []
            self._keys = MultiFernet([Fernet(name) for name in (*environment().secret_keys, *names)])
        except OSError as error:
            raise CannotMove(f"{self._file} can't be read: {error.strerror}.") from None
        except ValueError:
            raise CannotMove(f"{self._file} holds something that is not a Fernet key.") from None

    def opened(self, token: str) -> str:
        """What is in `token`; an empty one holds nothing. Raises CannotMove."""
        try:
            return self._keys.decrypt(token.encode()).decode() if token else ""
        except InvalidToken:
            raise CannotMove(
                "A secret of the SQLite installation can't be opened: the key that closed it is neither in "
                f"{self._file} nor in EBEXO_SECRET_KEYS."
            ) from None

    def sealed_anew(self, token: str) -> str:
        """The same secret, closed with the newest key of `EBEXO_SECRET_KEYS`. Raises CannotMove."""
        return encrypt(self.opened(token)) if token else ""

    def installation_secret(self) -> str:
        """What keyed hashes and logins come from; it stays the same. Raises CannotMove."""
        try:
            return self.opened(self._sealed.read_text().strip())
        except OSError as error:
            raise CannotMove(f"{self._sealed} can't be read: {error.strerror}.") from None
