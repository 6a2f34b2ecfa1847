"""Calls to the platform's door that nobody thought of, made after the schema and against it."""

from collections import Counter
from itertools import product
from typing import Any, cast

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ebexo.connection import settings as account_settings
from ebexo.connection.check import Check

pytestmark = pytest.mark.django_db
AS_DECLARED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CALLS = {"open_store": 60, "remove_store": 15, "make_panel_link": 15}


@pytest.fixture
def application(db):
    """What a server runs, inside this test's transaction: as a rule a call that begins or ends drops that."""
    moments = (request_started, request_finished)
    for moment in moments:
        moment.disconnect(close_old_connections)
    yield WSGIHandler()
    for moment in moments:
        moment.connect(close_old_connections)


def test_whatever_is_sent_is_answered_as_the_schema_says(application, operator_key, monkeypatch):
    monkeypatch.setattr(account_settings, "check", lambda account: Check(None))
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    answered: Counter[tuple[str, int]] = Counter()

    def make(case: Any) -> None:
        response = case.call(headers={"Authorization": f"Bearer {operator_key}"})
        answered[case.operation.definition.raw["operationId"], response.status_code] += 1
        case.validate_response(response, checks=AS_DECLARED)

    operations = [cast("Any", result).ok() for result in schema.get_all_operations()]
    for operation, mode in product(operations, GenerationMode):
        calls = CALLS.get(operation.definition.raw["operationId"])
        if calls:
            at_random = settings(
                max_examples=calls,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            at_random(given(case=operation.as_strategy(generation_mode=mode))(make))()

    assert {status for name, status in answered if name == "open_store"} >= {201, 422}
    assert {status for name, status in answered if name != "open_store"} <= {401, 404, 405}
