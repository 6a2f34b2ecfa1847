from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.apps.checkout import views as oscar
from oscar.core.loading import get_model

from demo.checkout.payment import CASH_ON_DELIVERY
from demo.people.consents import is_ticked, open_questions


class PaymentDetailsView(oscar.PaymentDetailsView):  # type: ignore[misc]
    """Oscar's last steps, with the consents beside the button that places the order."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        consents = open_questions(self.request) if self.preview else []
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        return shown | {"checkout_consents": consents}

    def handle_place_order_submission(self, request: HttpRequest) -> Any:
        """Place the order, unless a consent that the shop can't do without is missing."""
        missing = [
            field for field in open_questions(request) if field.required and not is_ticked(request, field)
        ]
        if missing:
            error = _("Please tick the required consents to place the order.")
            return self.render_preview(request, error=error)
        return super().handle_place_order_submission(request)

    def handle_payment(self, order_number: str, total: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Note that the courier will collect the whole amount; nothing is taken now."""
        kind, _is_new = get_model("payment", "SourceType").objects.get_or_create(
            code=CASH_ON_DELIVERY["code"], defaults=CASH_ON_DELIVERY
        )
        source = get_model("payment", "Source")(
            source_type=kind, currency=total.currency, amount_allocated=total.incl_tax
        )
        self.add_payment_source(source)
