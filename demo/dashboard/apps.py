from oscar.apps.dashboard import apps


class DashboardConfig(apps.DashboardConfig):  # type: ignore[misc]
    name = "demo.dashboard"
