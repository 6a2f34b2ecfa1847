"""The token by which a shop says who is logged in: a JWT (RFC 7519), signed HS256 with the store's signing secret.

The key is the secret as it stands, `whsec_` included, as bytes of UTF-8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

LONGEST = timedelta(minutes=10)
_NOT_SIGNED = "The token is not signed (HS256) with a signing secret of this store."
_WORDS: dict[type[Exception], str] = {
    jwt.MissingRequiredClaimError: "The token has no end: “exp” is missing.",
    jwt.ImmatureSignatureError: "The token does not hold yet (“nbf”).",
    jwt.InvalidAudienceError: "The token is meant for somebody else (“aud”).",
}


@dataclass(frozen=True)
class Person:
    """Who is logged in: the store's customer id, the e-mail, or both."""

    customer_id: str | None
    email: str | None


class BadToken(Exception):
    """The token says nothing that could be relied on; the text says why, and quotes nothing of it."""


def read_token(token: str, *, secrets: Sequence[str], now: datetime) -> Person:
    """The person that `token` speaks of. Raises BadToken."""
    claims = _claims(token, secrets)
    _require_soon_over(claims["exp"], now=now)
    person = Person(customer_id=_text(claims, "sub"), email=_text(claims, "email"))
    if not (person.customer_id or person.email):
        raise BadToken("The token names nobody: “sub” or “email” is missing.")
    return person


def _claims(token: str, secrets: Sequence[str]) -> dict[str, Any]:
    # `exp` and `sub` are judged here; `iat` says nothing that `exp` does not, and two clocks are never the same
    options: jwt.types.Options = {
        "require": ["exp"],
        "verify_exp": False,
        "verify_sub": False,
        "verify_iat": False,
    }
    for secret in secrets:
        try:
            return jwt.decode(token, secret, algorithms=["HS256"], options=options)
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:  # no other secret would help
            raise BadToken(_WORDS.get(type(error), _NOT_SIGNED)) from None
    raise BadToken(_NOT_SIGNED)


def _require_soon_over(end: object, *, now: datetime) -> None:
    if isinstance(end, bool) or not isinstance(end, int | float):
        raise BadToken("“exp” must be a number of seconds since 1970.")
    if not end > now.timestamp():  # so put, something that is no number fails, too
        raise BadToken("The token is over.")
    if end > (now + LONGEST).timestamp():
        raise BadToken("The token holds for more than 10 minutes.")


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _is_unicode(value):
        raise BadToken(f"“{name}” must be text.")
    return value.strip() or None


def _is_unicode(text: str) -> bool:
    """JSON can spell halves of a character, which are none."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
