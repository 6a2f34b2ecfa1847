"""What cannot be right is refused beside its field, and nothing is saved."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from ebexo.connection.sentences.settings import FIELDS
from ebexo.consents import editing
from ebexo.stores.models import Store

Browser = Callable[..., Client]
Read = Callable[[Any], str]
Typed = Callable[..., dict[str, str]]
ReadRow = Callable[[Store], dict[str, Any]]

REFUSALS: list[tuple[dict[str, str | None], str, str]] = [
    ({"owner_email": ""}, "owner_email", "required"),
    ({"owner_email": "owner"}, "owner_email", "email"),
    ({"client_id": ""}, "client_id", "required"),
    ({"client_id": "sandbox client"}, "client_id", "spaces"),
    ({"api_secret": "two words"}, "api_secret", "spaces"),
    ({"endpoint": ""}, "endpoint", "required"),
    ({"endpoint": "https://"}, "endpoint", "endpoint_unreadable"),
    ({"endpoint": "„”"}, "endpoint", "endpoint_empty"),
    ({"endpoint": "app3.shop.example"}, "endpoint", "endpoint_foreign_host"),
    ({"endpoint": "app3.salesmanago.pl:8443"}, "endpoint", "endpoint_port"),
    ({"endpoint": "https://me@app3.salesmanago.pl"}, "endpoint", "endpoint_userinfo"),
    ({"endpoint": f"{'a.' * 100}salesmanago.pl"}, "endpoint", "endpoint_unreadable"),
    ({"mode": "consent"}, "consent", "consent_required"),
    ({"mode": "double-opt-in"}, "consent", "consent_required"),
    ({"mode": "consent", "consent": "unknown"}, "consent", "consent_unknown"),
    ({"country": "POL"}, "country", "two_letters"),
    ({"language": "p1"}, "language", "two_letters"),
    ({"time_zone": "Warszawa"}, "time_zone", "time_zone"),
    ({"time_zone": ""}, "time_zone", "time_zone"),
    ({"location": "shop pl"}, "location", "location"),
    ({"location": "x" * 37}, "location", "location"),
    ({"shop_domain": "Krzesła Olcha"}, "shop_domain", "shop_domain"),
    ({"shop_domain": "jan@shop.example"}, "shop_domain", "shop_domain"),
    ({"product_id": "colour"}, "product_id", "product_id"),
    ({"purchase_counts": None}, "purchase_counts", "purchase_counts"),
    ({"in_doubt": "never"}, "in_doubt", "in_doubt"),
    ({"rate": "0"}, "rate", "rate"),
    ({"rate": ""}, "rate", "rate"),
    ({"rate": "1001"}, "rate", "rate"),
    ({"double_opt_in_email_id": "mail 7"}, "double_opt_in_email_id", "spaces"),
    ({"double_opt_in_language": "POL"}, "double_opt_in_language", "two_letters"),
    ({"ignored_domains": "firma.pl, jan@firma.pl"}, "ignored_domains", "domains"),
]


def _said(sentence: object, language: str) -> str:
    with override(language):
        return str(sentence)


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize(("change", "field", "problem"), REFUSALS)
def test_value_that_cannot_be_right_is_refused_beside_its_field_and_nothing_is_saved(
    browser: Browser,
    read: Read,
    typed: Typed,
    row: ReadRow,
    store: Store,
    page: str,
    change: dict[str, str | None],
    field: str,
    problem: str,
    language: str,
) -> None:
    editing.add(store.pk, code="marketing", text="Zgadzam się.", traits=editing.Traits("Marketing"))
    before = row(store)

    response = browser(language=language).post(page, typed(**change))

    shown, sentence = read(response), _said(FIELDS[problem], language)
    assert response.status_code == 200
    assert f'id="id_{field}_error"> <p>{sentence}</p>' in shown
    assert shown.count(sentence) >= 2  # beside the field and in the summary
    assert f'aria-describedby="id_{field}_helptext id_{field}_error"' in shown
    assert row(store) == before


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("pl", "Nic nie zostało zapisane. Proszę poprawić zaznaczone pola:"),
        ("en", "Nothing was saved. Correct what is marked:"),
    ],
)
def test_every_field_at_fault_is_named_at_once_and_what_was_typed_stays(
    browser: Browser, read: Read, typed: Typed, page: str, language: str, summary: str
) -> None:
    wrong = typed(
        owner_email="nobody", client_id="a b", api_secret="typed-secret", endpoint="x.example", rate="5000"
    )

    shown = read(browser(language=language).post(page, wrong))

    assert summary in shown
    named = [
        f'<li><a href="#id_{name}">' in shown for name in ("owner_email", "client_id", "endpoint", "rate")
    ]
    assert named == [True, True, True, True]
    assert 'value="nobody"' in shown
    assert 'value="a b"' in shown
    assert 'value="x.example"' in shown
    assert 'value="5000"' in shown
    assert "typed-secret" not in shown


def test_refused_advanced_value_opens_what_is_folded_away(
    browser: Browser, read: Read, typed: Typed, page: str
) -> None:
    with_error = read(browser().post(page, typed(country="Poland")))
    without = read(browser().post(page, typed(owner_email="nobody")))

    assert '<details class="panel-card panel-advanced" open>' in with_error
    assert '<details class="panel-card panel-advanced" >' in without
