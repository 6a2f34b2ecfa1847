"""What every template of the panel has to keep to."""

import re
from pathlib import Path

import ebexo.panel

TEMPLATES = Path(ebexo.panel.__file__).with_name("templates")
BUTTON = re.compile(r"<button\b.*?>", re.DOTALL)


def test_no_button_whose_name_is_told_is_disabled_while_its_form_is_sent() -> None:
    """A browser leaves out what a disabled button says, so the page that is posted to would not know what to do."""
    buttons = [
        (path.name, button)
        for path in TEMPLATES.rglob("*.html")
        for button in BUTTON.findall(path.read_text())
    ]

    wrong = [
        (name, button) for name, button in buttons if "x-bind:disabled" in button and ' name="' in button
    ]

    assert len(buttons) > 30
    assert wrong == []
