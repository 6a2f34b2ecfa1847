"""Widgets of the settings page that Unfold has no equal for."""

from typing import Any

from unfold.widgets import UnfoldAdminRadioSelectWidget


class ModeChoice(UnfoldAdminRadioSelectWidget):  # type: ignore[misc]  # Unfold has no types
    """Radio buttons that are described by the sentence beside each, and tell the page what is chosen."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= {"aria-describedby": f"about_{value}", "x-model": "mode"}
        return option
