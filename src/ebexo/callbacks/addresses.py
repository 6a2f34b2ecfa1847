"""The addresses that a merchant pastes into SALESmanago."""

from django.http import HttpRequest

from ebexo.environment import environment
from ebexo.secrets import keyed_hash

NOT_PUBLIC = "http://127.0.0.1:8000"
"""Where `ebexo serve` answers if nobody says otherwise: good for the sandbox only."""


def constant_of(handle: str) -> str:
    """The secret part of the key: 16 characters, the same for a store as long as the installation lives."""
    return keyed_hash("callback", handle)[:16]


def callback_addresses(handle: str, *, base: str) -> dict[str, str]:
    """`opt_in` and `opt_out`: SALESmanago puts the contact's e-mail for `$email$` and works out `sha1(…)`."""
    key = f"email=$email$&key=sha1($email${constant_of(handle)})"
    return {
        "opt_in": f"{base}/callbacks/salesmanago/{handle}/opt-in?{key}",
        "opt_out": f"{base}/callbacks/salesmanago/{handle}/opt-out?{key}",
    }


def public_base(request: HttpRequest | None = None) -> str:
    """How this installation is reached from outside, without a slash at the end: as set, or as it was just reached."""
    if base := environment().public_url:
        return base
    return request.build_absolute_uri("/").rstrip("/") if request else NOT_PUBLIC
