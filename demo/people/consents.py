"""The consents a shopper can tick beside a form of the shop."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django import forms
from django.db.models import Q
from django.http import HttpRequest

from ebexo.consents.models import Consent
from ebexo.storefront.shop import setting
from ebexo_oscar.consents import standing

PREFIX = "consent_"


@dataclass(frozen=True)
class ConsentField:
    """One tick box: its code, the wording shown beside it, and whether the form needs it."""

    code: str
    wording: str
    required: bool = False

    @property
    def name(self) -> str:
        return PREFIX + self.code

    def form_field(self) -> forms.BooleanField:
        """An unticked box: a consent is never given beforehand."""
        return forms.BooleanField(label=self.wording, required=self.required, initial=False)


def consent_fields(*, also: Collection[str] = ()) -> list[ConsentField]:
    """The store's active consents in their newest wording; those with a code in `also` even when inactive."""
    shown = Q(active=True) | Q(code__in=also)
    consents = Consent.objects.filter(shown, store__handle=setting("STORE")).order_by("pk")
    return [ConsentField(consent.code, _wording(consent), consent.required) for consent in consents]


def open_questions(request: HttpRequest) -> list[ConsentField]:
    """What to ask in the checkout: a guest everything, a customer what they have not granted yet."""
    stands = standing(request.user) if request.user.is_authenticated else {}
    granted_codes = {code for code, decision in stands.items() if decision.granted}
    return [field for field in consent_fields() if field.code not in granted_codes]


def _wording(consent: Consent) -> str:
    return consent.wordings.order_by("-version").values_list("text", flat=True)[0]


def answers(request: HttpRequest) -> dict[str, bool]:
    """What this request answered. A box left empty is no answer: nobody withdraws by not ticking."""
    return dict.fromkeys(granted(request), True)


def granted(request: HttpRequest) -> list[str]:
    """The codes of the consents ticked in the form that this request posted, whichever form it was."""
    return [field.code for field in consent_fields() if is_ticked(request, field)]


def is_ticked(request: HttpRequest, field: ConsentField) -> bool:
    # Oscar's page with two forms prefixes the names of the registration's fields.
    return any(request.POST.get(name) for name in (field.name, f"registration-{field.name}"))


class ConsentsMixin:
    """Adds the consents to a form, below its other fields."""

    fields: dict[str, forms.Field]

    def add_consents(self) -> None:
        for consent in consent_fields():
            self.fields[consent.name] = consent.form_field()


def in_templates(_request: HttpRequest) -> dict[str, Callable[[], list[ConsentField]]]:
    """Context processor: `newsletter_consents`, asked for only where the newsletter box is shown."""
    return {"newsletter_consents": consent_fields}
