"""The accounts that `seed` creates. They are meant for a shop on one's own computer and nowhere else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Login:
    email: str
    password: str
    first_name: str
    last_name: str


PANEL_OPERATOR = Login("panel@example.com", "olcha-panel-2026", first_name="Ola", last_name="Panelowa")
STAFF = Login("sklep@example.com", "olcha-sklep-2026", first_name="Ewa", last_name="Sklepowa")
CUSTOMER = Login("jan@example.com", "olcha-jan-2026", first_name="Jan", last_name="Kowalski")
