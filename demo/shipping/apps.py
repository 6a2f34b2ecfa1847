from oscar.apps.shipping import apps


class ShippingConfig(apps.ShippingConfig):  # type: ignore[misc]
    name = "demo.shipping"
