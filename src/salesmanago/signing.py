"""Who is asking: the credentials and the block of fields that proves them in every request."""

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """A merchant's SALESmanago account. The secret stays out of `repr` and is never sent."""

    client_id: str
    api_secret: str = field(repr=False)
    owner: str  # login e-mail of the SALESmanago user who sees the contacts


def auth_block(credentials: Credentials, *, now_ms: int, api_key: str) -> dict[str, str | int]:
    """The fields that every request starts with; `owner` is left out where it is empty.

    `api_key` is any text of the caller's choice. `requestTime` is a UNIX time in milliseconds and no part
    of the hash, as SALESmanago's documentation has it.
    """
    block: dict[str, str | int] = {
        "clientId": credentials.client_id,
        "apiKey": api_key,
        "requestTime": now_ms,
        "sha": _sha(api_key + credentials.client_id + credentials.api_secret),
    }
    return block | {"owner": credentials.owner} if credentials.owner else block


def _sha(text: str) -> str:
    # "replace": an encoding error would carry the secret in its attributes.
    return hashlib.sha1(text.encode(errors="replace"), usedforsecurity=False).hexdigest()
