"""Codes of the second step: those of an app (TOTP, RFC 6238), and those for whoever lost it."""

import hmac
import secrets
from datetime import datetime

import pyotp
import segno
from django.utils.safestring import SafeString, mark_safe

from ebexo.secrets import keyed_hash

ISSUER = "Ebexo"
STEP_SECONDS = 30
STEPS_OFF = 1
"""How many steps the clock of a phone may be off, either way."""
RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are easily taken for others."""
_HALF = 5


def new_secret() -> str:
    """What the app is given, in letters that can be typed (base 32)."""
    return pyotp.random_base32()


def address_for_app(secret: str, *, email: str) -> str:
    """What the picture says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture(address: str) -> SafeString:
    """The address as a QR code, on white also where the page is dark: apps read no inverted ones."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff")
    return mark_safe(drawn)  # noqa: S308  (drawn here; the text is in the squares)


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """The 30 seconds whose code this is, if it is that of now or of the step before or after; else None."""
    present = int(now.timestamp()) // STEP_SECONDS
    steps = range(present - STEPS_OFF, present + STEPS_OFF + 1)
    totp = pyotp.TOTP(secret)
    matching = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    return max(matching, default=None)


def tidy(typed: str) -> str:
    """A code as it is compared: without blanks and hyphens, in small letters."""
    kept = "".join(typed.split()).replace("-", "").lower()
    return kept if kept.isascii() else ""


def new_recovery_codes() -> list[str]:
    """Codes such as `k7hq2-mx4pd`."""
    return [f"{_letters()}-{_letters()}" for _ in range(RECOVERY_CODES)]


def digest_of(code: str, *, user_id: int) -> str:
    """What is kept of a recovery code."""
    return keyed_hash("recovery-code", f"{user_id}|{tidy(code)}")


def _letters() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(_HALF))
