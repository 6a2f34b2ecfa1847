"""The pause after wrong passwords counts clients, not proxies, and believes nobody it does not know."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from ebexo.environment import environment
from ebexo.panel import address
from ebexo.panel.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "dobre-haslo-do-panelu"
PROXY = "10.0.0.1"


@pytest.fixture
def attempt(browser, monkeypatch):
    """Try to log in as Ola behind a trusted proxy; the status of the answer (302: it worked)."""
    User.objects.create_superuser("ola@ebexo.example", PASSWORD)
    trusting = replace(environment(), trusted_proxies=(ip_network(PROXY),))
    monkeypatch.setattr(address, "environment", lambda: trusting)

    def tried(password, *, forwarded_for, connected=PROXY):
        answer = browser().post(
            "/panel/login/",
            {"username": "ola@ebexo.example", "password": password},
            REMOTE_ADDR=connected,
            HTTP_X_FORWARDED_FOR=forwarded_for,
        )
        return answer.status_code

    return tried


def test_one_client_behind_a_proxy_does_not_lock_out_another(attempt):
    for _ in range(6):
        attempt("zle-haslo", forwarded_for="198.51.100.1")

    same = attempt(PASSWORD, forwarded_for="198.51.100.1")
    other = attempt(PASSWORD, forwarded_for="198.51.100.2")

    assert (same, other) == (200, 302)


def test_client_cannot_change_its_address_by_what_it_sends_itself(attempt):
    for number in range(6):
        attempt("zle-haslo", forwarded_for=f"192.0.2.{number}, 198.51.100.1")

    assert attempt(PASSWORD, forwarded_for="192.0.2.99, 198.51.100.1") == 200


def test_header_of_somebody_who_is_no_proxy_counts_for_nothing(attempt):
    for number in range(6):
        attempt("zle-haslo", forwarded_for=f"192.0.2.{number}", connected="203.0.113.7")

    assert attempt(PASSWORD, forwarded_for="192.0.2.99", connected="203.0.113.7") == 200
