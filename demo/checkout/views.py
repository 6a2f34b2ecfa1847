from typing import Any

from oscar.apps.checkout import views as oscar
from oscar.core.loading import get_model

CASH_ON_DELIVERY = {"code": "cash-on-delivery", "name": "Płatność przy odbiorze"}


class PaymentDetailsView(oscar.PaymentDetailsView):  # type: ignore[misc]
    def handle_payment(self, order_number: str, total: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Note that the courier will collect the whole amount; nothing is taken now."""
        kind, _is_new = get_model("payment", "SourceType").objects.get_or_create(
            code=CASH_ON_DELIVERY["code"], defaults=CASH_ON_DELIVERY
        )
        source = get_model("payment", "Source")(
            source_type=kind, currency=total.currency, amount_allocated=total.incl_tax
        )
        self.add_payment_source(source)
