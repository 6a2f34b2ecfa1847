from oscar.apps.customer import apps


class CustomerConfig(apps.CustomerConfig):  # type: ignore[misc]
    name = "demo.customer"
