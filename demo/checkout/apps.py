from oscar.apps.checkout import apps


class CheckoutConfig(apps.CheckoutConfig):  # type: ignore[misc]
    name = "demo.checkout"
