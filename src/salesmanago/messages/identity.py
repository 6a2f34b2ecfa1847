"""Who or what a call is about, named in exactly one way."""

from collections.abc import Mapping

from salesmanago.messages.cleaning import clean_email, clean_identifier, present


def contact_named(*, email: str | None, contact_id: str | None) -> dict[str, str]:
    """The one identifier that is given; `ValueError` for none and for both."""
    return _exactly_one({"email": clean_email(email), "contactId": clean_identifier(contact_id)})


def addressee_named(*, email: str | None, contact_id: str | None) -> dict[str, str]:
    """The same for the methods that take addressees."""
    named = contact_named(email=email, contact_id=contact_id)
    [(name, value)] = named.items()
    return {"addresseeType": "EMAIL" if name == "email" else "CONTACT_ID", "value": value}


def event_named(*, event_id: str | None, external_id: str | None) -> dict[str, str]:
    """The one identifier that is given; `ValueError` for none and for both."""
    return _exactly_one({"eventId": clean_identifier(event_id), "externalId": clean_identifier(external_id)})


def _exactly_one(identifiers: Mapping[str, str | None]) -> dict[str, str]:
    given = present(identifiers)
    if len(given) != 1:
        raise ValueError(f"exactly one of {' and '.join(identifiers)} is needed")
    return given
