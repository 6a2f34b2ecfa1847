"""How people are recognised without keeping their data."""

from ebexo.secrets import keyed_hash


def person_hash(kind: str, value: str) -> str:
    """The keyed hash of a customer id or an e-mail address (e-mail in any case)."""
    return keyed_hash(f"identity:{kind}", value.lower() if kind == "email" else value)


def masked_email(email: str) -> str:
    """`jan.kowalski@example.com` becomes `j…i@e…e.com`: enough to recognise, too little to write to."""
    local, _, domain = email.partition("@")
    name, dot, top = domain.rpartition(".")
    return f"{_ends(local)}@{_ends(name)}{dot}{top}"


def _ends(text: str) -> str:
    return f"{text[:1]}…{text[-1:]}" if len(text) > 2 else "…"
