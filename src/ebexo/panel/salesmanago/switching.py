"""What another mode or another linked consent means, and how many people it concerns."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ebexo.connection.settings import Seven
from ebexo.consents.models import Consent
from ebexo.panel.salesmanago.audience import Audience, audience
from ebexo.stores.models import Account, Mode


def of_whom_is_sent(account: Account, settings: Seven) -> list[str]:
    """Sentences to agree to before people are sent by another rule; none if the rule stays or concerns nobody."""
    if (account.mode, account.consent_code) == (settings.mode, settings.consent_code):
        return []
    consent = Consent.objects.filter(store_id=account.store_id, code=settings.consent_code).first()
    is_new = settings.consent_code != account.consent_code
    warning = _of_a_required_consent(consent) if consent and consent.required and is_new else []
    people = audience(account, mode=settings.mode, consent_code=settings.consent_code)
    if not people.known:
        return warning
    name = consent.name if consent else settings.consent_code
    by_rule = _with_consent(people, name) if Mode(settings.mode).needs_consent else _automatic(people)
    return [*warning, _known(people.known), *by_rule, _("The change itself opts nobody in and nobody out.")]


def _of_a_required_consent(consent: Consent) -> list[str]:
    sentence = _(
        "The consent “%(name)s” is required: everybody who accepts it to use the shop is sent to SALESmanago and "
        "opted in to the mailing. A separate, optional consent is safer."
    )
    return [sentence % {"name": consent.name}]


def _known(count: int) -> str:
    known = ngettext(
        "%(count)s person is known in this store.", "%(count)s people are known in this store.", count
    )
    return known % {"count": count}


def _with_consent(people: Audience, name: str) -> list[str]:
    granted = ngettext(
        "%(count)s of them has given the consent “%(name)s” and may be sent.",
        "%(count)s of them have given the consent “%(name)s” and may be sent.",
        people.allowed,
    )
    nobody = _("None of them has given the consent “%(name)s”, so none of them may be sent.")
    dropped = ngettext(
        "%(count)s person who was sent before will no longer be sent.",
        "%(count)s people who were sent before will no longer be sent.",
        people.dropped,
    )
    return [
        (granted if people.allowed else nobody) % {"count": people.allowed, "name": name},
        dropped % {"count": people.dropped}
        if people.dropped
        else _("Everybody who was sent before may still be sent."),
    ]


def _automatic(people: Audience) -> list[str]:
    everybody = _("All of them may be sent, whether or not they have given a consent.")
    gained = ngettext(
        "%(count)s of them is not sent now and will be from then on.",
        "%(count)s of them are not sent now and will be from then on.",
        people.gained,
    )
    return [everybody, gained % {"count": people.gained}] if people.gained else [everybody]
