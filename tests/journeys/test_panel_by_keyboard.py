"""The panel by keyboard alone: every form is filled in and saved with Tab, Enter, Space and typing, and wherever the
focus is, it is seen.
"""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demo.people.logins import PANEL_OPERATOR

SEED = Path(__file__).with_name("seed_trouble.py")
REFUSED = ("odmowa-1@example.com", "odmowa-2@example.com")
FARTHEST = 80
"""So many presses of Tab at most lead anywhere."""
FOCUS = """() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
        what: one.outerHTML.slice(0, 120),
        width: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        is_clear: /rgba\\(.*, 0\\)$|\\/ 0\\)$|^transparent$/.test(style.outlineColor),
        is_there: box.width > 0 && box.height > 0 && (at === null || one.contains(at) || at.contains(one)),
    };
}"""


class Keyboard:
    """Somebody who has no mouse. Every step of theirs is looked at: is it seen where they are?"""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, target: str, *, backwards: bool = False) -> None:
        """Press Tab until this element has the focus."""
        wanted = self.page.locator(target).first
        wanted.wait_for(state="attached")
        for _press in range(FARTHEST):
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
            if not self.page.evaluate("document.hasFocus() && document.activeElement !== document.body"):
                continue
            self._look()
            if wanted.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"{target} can't be reached.")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """In place of what stands there."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def fill(self, target: str, text: str) -> None:
        self.tab_to(target)
        self.type(text)

    def follow(self, target: str) -> None:
        """Go to a link and follow it, or to a button and press it; the page that comes is another one."""
        self.tab_to(target)
        with self.page.expect_navigation():
            self.press("Enter")

    def go(self, page: str) -> None:
        """By the menu, then past it."""
        self.follow(f".panel-menu-link[href$='/{page}/']")
        self.skip()

    def skip(self) -> None:
        self.tab_to(".panel-skip")
        self.press("Enter")

    def log_in(self) -> None:
        self.page.goto("/panel/login/")
        self.fill("#id_username", PANEL_OPERATOR.email)
        self.fill("#id_password", PANEL_OPERATOR.password)
        with self.page.expect_navigation():
            self.press("Enter")

    def _look(self) -> None:
        seen = self.page.evaluate(FOCUS)
        assert seen["width"] >= 1, f"no outline: {seen}"
        assert not seen["is_clear"], f"an outline that can't be seen: {seen}"
        assert seen["is_there"], f"behind something else: {seen}"


@pytest.fixture
def keyboard(world: Any, people: Callable[..., Page]) -> Callable[[], Keyboard]:
    def sit_down() -> Keyboard:
        found = Keyboard(people(world.panel))
        found.log_in()
        found.page.goto(f"/panel/{world.store}/")
        return found

    return sit_down


def save_settings(keyboard: Keyboard) -> None:
    keyboard.go("salesmanago")
    keyboard.fill("#id_api_secret", "sandbox-secret")
    keyboard.tab_to("#settings summary")
    keyboard.press("Enter")
    keyboard.tab_to("#id_dry_run")
    keyboard.press("Space")
    keyboard.follow("#save")
    expect(keyboard.page.locator(".panel-success")).to_have_text("Połączenie działa.")


@pytest.mark.long
def test_settings_are_saved_by_keyboard_alone(world: Any, keyboard: Callable[[], Keyboard]) -> None:
    world.start("sandbox", "panel")
    world.connect()

    save_settings(keyboard())

    assert world.query("SELECT dry_run FROM ebexo_stores_account") == [(1,)]


@pytest.mark.long
def test_everything_is_done_by_keyboard_alone(world: Any, keyboard: Callable[[], Keyboard]) -> None:
    world.start("sandbox")
    world.connect()
    _run(world, str(SEED), "orders")
    for email in REFUSED:
        world.order_fault({"path": "contact/", "fault": "refuse_email", "email": email, "times": 1})
    world.start("panel")
    for email in REFUSED:
        _tell(world, email)
    failed = "SELECT 1 FROM ebexo_outbox_message WHERE state = 'failed'"
    world.until(lambda: len(world.query(failed)) == len(REFUSED))
    _run(world, "-m", "demo.manage", "ebexo_sweep")
    someone = keyboard()

    _add_a_consent(someone)
    _invite(someone)
    _find_a_person(someone)
    _send_one_again(someone)
    world.until(lambda: len(world.query(failed)) == 1)
    _send_the_other_from_the_start_page(someone)
    world.until(lambda: not world.query(failed))
    _send_the_missing_orders(someone)
    _show_activity(someone)

    assert world.query("SELECT numbers FROM ebexo_reconciliation_task WHERE kind = 'send'")


def _add_a_consent(keyboard: Keyboard) -> None:
    keyboard.go("zgody")
    keyboard.follow("#add")
    keyboard.fill("#id_code", "listy")
    keyboard.fill("#id_name", "Listy")
    keyboard.fill("#id_text", "Chcę dostawać listy.")
    keyboard.tab_to("#id_required")
    keyboard.press("Space")
    keyboard.press("Space")
    keyboard.follow("#save")
    expect(keyboard.page.locator("#consents")).to_contain_text("listy")


def _invite(keyboard: Keyboard) -> None:
    keyboard.go("uzytkownicy")
    keyboard.fill("#id_email", "nowa@shop.example")
    keyboard.tab_to("#id_role")
    keyboard.press("ArrowDown")
    keyboard.follow("#add button[type=submit]")
    expect(keyboard.page.locator("#members")).to_contain_text("nowa@shop.example")


def _find_a_person(keyboard: Keyboard) -> None:
    keyboard.go("osoba")
    keyboard.fill("#id_email", REFUSED[0])
    with keyboard.page.expect_navigation():
        keyboard.press("Enter")
    expect(keyboard.page.locator("main")).to_contain_text(REFUSED[0])


def _send_one_again(keyboard: Keyboard) -> None:
    keyboard.go("niedostarczone")
    keyboard.follow("button[value^='again:']")
    expect(keyboard.page.locator(".panel-success")).to_be_visible()


def _send_the_other_from_the_start_page(keyboard: Keyboard) -> None:
    keyboard.follow(".panel-store-name a")
    keyboard.skip()
    keyboard.follow("[data-trouble=failed] button")
    expect(keyboard.page.locator(".panel-success")).to_be_visible()


def _send_the_missing_orders(keyboard: Keyboard) -> None:
    keyboard.follow(".panel-store-name a")
    keyboard.skip()
    keyboard.follow("[data-trouble=missing] a")
    keyboard.follow("#send")
    expect(keyboard.page.locator(".panel-success")).to_contain_text("7 zamówień")
    keyboard.tab_to(".panel-scroll")
    keyboard.tab_to("#send", backwards=True)


def _show_activity(keyboard: Keyboard) -> None:
    keyboard.go("aktywnosc")
    keyboard.tab_to("#id_state")
    keyboard.page.keyboard.type("Dostarczone")
    keyboard.follow("main form [type=submit]")
    keyboard.skip()
    keyboard.tab_to(".panel-line-link")


def _run(world: Any, *arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], env=world.environment, check=True, capture_output=True)


def _tell(world: Any, email: str) -> None:
    event = {"id": f"event-{email}", "type": "customer.registered"}
    at = datetime.now(UTC).isoformat()
    world.tell_api({**event, "occurred_at": at, "customer": {"email": email}})
