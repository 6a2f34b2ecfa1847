import os
import secrets
from pathlib import Path


def secret_key(path: Path) -> str:
    """The key kept in this file, which is made on first use and readable by its owner only.

    Two processes that start together agree on one key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _publish(path, secrets.token_urlsafe(50))
    return path.read_text()


def _publish(path: Path, key: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
    try:
        os.link(draft, path)  # unlike a rename, this never replaces a key that somebody else has just made
    except FileExistsError:
        pass
    finally:
        draft.unlink()
