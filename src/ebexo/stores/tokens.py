"""Names and keys that nobody can guess."""

import hashlib
import secrets
from base64 import b64encode


def new_handle() -> str:
    """How a store is called on the command line and in addresses."""
    return f"store-{secrets.token_hex(5)}"


def new_public_key() -> str:
    """Names the store in pages that everybody can read; opens nothing."""
    return f"pk_{secrets.token_hex(12)}"


def new_api_key() -> str:
    return f"ek_{secrets.token_urlsafe(32)}"


def new_operator_key() -> str:
    return f"ok_{secrets.token_urlsafe(32)}"


def hint(key: str) -> str:
    """The beginning of a key: enough to tell it from others, too little to guess it by."""
    return f"{key[:7]}…"


def new_signing_secret() -> str:
    """A secret in the form of Standard Webhooks."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def digest(key: str) -> str:
    """What is kept of a key. A plain hash is enough for 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()
