"""Sending everybody a shop has, in a real browser: read, rehearsed, started, paused, resumed, and what was left out."""

import csv
import io
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from demo.people.logins import PANEL_OPERATOR

PEOPLE = 2_200


def customers_csv(folder: Path) -> Path:
    """A file as a Polish spreadsheet writes it: semicolons, Windows-1250, and a few rows that can't be sent."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow(["Adres e-mail", "Imię", "Nazwisko", "Miejscowość", "Ulubiony kolor"])
    for number in range(PEOPLE):
        rows.writerow([f"osoba-{number}@example.com", "Żaneta", "Łoś", "Łódź", "zielony"])
    rows.writerow(["OSOBA-7@example.com", "Żaneta", "Łoś", "Łódź", ""])
    rows.writerow(["to-nie-adres", "=1+1", "", "", ""])
    file = folder / "klienci.csv"
    file.write_bytes(text.getvalue().encode("cp1250"))
    return file


def log_in(page: Page) -> None:
    page.goto("/panel/login/")
    page.fill("#id_username", PANEL_OPERATOR.email)
    page.fill("#id_password", PANEL_OPERATOR.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)


def number(page: Page, name: str) -> Any:
    return expect(page.locator(f'[data-number="{name}"]'))


def reach(page: Page, state: str) -> None:
    expect(page.locator("#import")).to_have_attribute("data-state", state, timeout=60_000)


def batches(world: Any) -> list[dict[str, Any]]:
    found = world.ask_sandbox("requests")["requests"]
    return [one["body"] for one in found if one["path"] == "/api/contact/batchupsert"]


def test_everybody_in_a_file_is_rehearsed_and_then_sent(world, people, tmp_path):
    world.start("sandbox", "panel")
    world.connect()
    page = people(world.panel)
    log_in(page)

    page.goto(f"/panel/{world.store}/historia/")
    page.set_input_files("#id_file", customers_csv(tmp_path))
    page.click("#rehearse")
    reach(page, "rehearsed")
    number(page, "new").to_have_text(str(PEOPLE))
    number(page, "invalid").to_have_text("1")
    number(page, "duplicates").to_have_text("1")
    assert batches(world) == []

    world.order_fault({"path": "contact/batchupsert", "fault": "latency", "seconds": 1.0})
    page.click("#start")
    reach(page, "running")
    page.click("#pause")
    reach(page, "paused")
    page.click("#resume")
    reach(page, "done")
    number(page, "new").to_have_text(str(PEOPLE))
    assert {body["fireEvents"] for body in batches(world)} == {False}
    sent = [one["contact"]["email"] for body in batches(world) for one in body["upsertDetails"]]
    assert sorted(sent) == sorted(f"osoba-{number}@example.com" for number in range(PEOPLE))
    assert world.contact("osoba-7@example.com")["name"] == "Żaneta Łoś"

    with page.expect_download() as download:
        page.click("#download")
    left_out = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert left_out[0].endswith("Adres e-mail;Imię;Nazwisko;Miejscowość;Ulubiony kolor")
    assert [line.split(";")[0] for line in left_out[1:]] == [str(PEOPLE + 2), str(PEOPLE + 3)]
    assert left_out[2].endswith("to-nie-adres;'=1+1;;;")


def test_a_picture_with_the_name_of_a_table_is_refused_in_words(world, people, tmp_path):
    world.start("panel")
    page = people(world.panel, locale="en-US")
    log_in(page)
    picture = tmp_path / "customers.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))

    page.goto(f"/panel/{world.store}/historia/")
    page.set_input_files("#id_file", picture)
    page.click("#rehearse")

    expect(page.locator("#problem")).to_have_text(
        "This is a picture, whatever its name says. Choose the exported file."
    )
    expect(page.locator("#none")).to_be_visible()
