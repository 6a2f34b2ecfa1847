"""Calls that nobody thought of: made after the schema, against it, and by spoiling good events."""

import json
from collections import Counter
from copy import deepcopy
from itertools import product
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ebexo.ingest.door.examples import EXAMPLES

pytestmark = pytest.mark.django_db

AS_DECLARED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SHARES = {
    "tell_events": 0.2,
    "ask_event": 0.2,
    "ask_contact": 0.2,
    "read_changes": 0.1,
    "tell_history": 0.1,
    "ask_import": 0.1,
    "change_import": 0.1,
}
"""How many of the calls are which. Making an event is the slowest; the spoilt examples are events, too."""


@schemathesis.serializer("application/x-ndjson")
def _as_lines(_context, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def at_random(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def call_by_the_schema(application, key, *, calls):
    """So many calls by the schema, half of them against it; how often each operation was answered how."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    answered: Counter[Any] = Counter()

    def make(case):
        response = case.call(headers={"Authorization": f"Bearer {key}"})
        answered[name_of(case.operation), response.status_code] += 1
        case.validate_response(response, checks=AS_DECLARED)

    operations = [cast("Any", result).ok() for result in schema.get_all_operations()]
    for operation, mode in product(operations, GenerationMode):
        share = SHARES.get(name_of(operation))  # none: it is not a call of a store
        if share:
            cases = operation.as_strategy(generation_mode=mode)
            at_random(round(calls * share / 2))(given(case=cases)(make))()
    return answered


def name_of(operation):
    return operation.definition.raw["operationId"]


def spoil_examples(call, key, *, calls):
    """So many worked examples with one value anywhere replaced by something else; how often what was answered."""
    anything = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=300),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
    answered: Counter[Any] = Counter()

    @at_random(calls)
    @given(st.sampled_from(sorted(EXAMPLES)), st.data())
    def make(name, data):
        event = deepcopy(EXAMPLES[name])
        part, at = data.draw(st.sampled_from(list(places(event))))
        part[at] = data.draw(anything)
        body = {"events": [event, EXAMPLES[name]]} if data.draw(st.booleans()) else event
        answer = call("POST", "/events", json.dumps(body).encode(), Authorization=f"Bearer {key}")
        answered[answer.status_code] += 1
        assert answer.status_code in (202, 409, 422), (answer.status_code, body)

    make()
    return answered


def places(part):
    """Every place in a JSON value, as the list or object that it is in and its key there."""
    for at in list(part) if isinstance(part, dict) else range(len(part)):
        yield part, at
        if isinstance(part[at], dict | list):
            yield from places(part[at])


def test_five_hundred_calls_by_the_schema_are_answered_as_declared(application, store):
    answered = call_by_the_schema(application, store.api_key, calls=540)

    assert answered.total() >= 500
    assert {operation for operation, _ in answered} == set(SHARES)


def test_good_events_with_something_spoilt_are_taken_or_refused(call, store):
    answered = spoil_examples(call, store.api_key, calls=150)

    assert answered.total() >= 150
    assert set(answered) >= {202, 422}


@pytest.mark.long
def test_ten_thousand_calls_by_the_schema_are_answered_as_declared(application, store):
    assert call_by_the_schema(application, store.api_key, calls=11_000).total() >= 10_000


@pytest.mark.long
def test_many_good_events_with_something_spoilt_are_taken_or_refused(call, store):
    assert spoil_examples(call, store.api_key, calls=5000).total() >= 5000
