"""The shop's own dashboard leads to the integration's panel."""

import pytest
from django.contrib.auth import get_user_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = get_user_model().objects.create_user("staff@example.com", password="x", is_staff=True)
    client.force_login(user)
    return client


def test_the_menu_names_what_a_merchant_looks_for(staff):
    page = staff.get("/dashboard/", headers={"Accept-Language": "pl"}).content.decode()

    for words in ("INTEGRACJE", "Marketing/Social Media → SALESmanago (ustawienia)", "Konfiguracja", "Zgody"):
        assert words in page
    assert 'href="/dashboard/integrations/salesmanago/"' in page
    assert 'href="/dashboard/integrations/zgody/"' in page


@pytest.mark.parametrize("page", ["salesmanago", "zgody"])
def test_it_leads_to_the_page_of_the_panel(staff, settings, page):
    settings.SHOP_PANEL, settings.EBEXO = "https://panel.example", settings.EBEXO | {"STORE": "store-1"}

    answer = staff.get(f"/dashboard/integrations/{page}/")

    assert (answer.status_code, answer["Location"]) == (302, f"https://panel.example/panel/store-1/{page}/")


def test_it_leads_nowhere_else(staff):
    assert staff.get("/dashboard/integrations/uzytkownicy/").status_code == 404


def test_customers_are_led_nowhere(client):
    answer = client.get("/dashboard/integrations/salesmanago/")

    assert "login" in answer["Location"]
