"""The schema, and the page that shows it."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from ebexo.events import EventType, parse
from ebexo.ingest.door.examples import EXAMPLES

pytestmark = pytest.mark.django_db
DOOR = {
    "/api/v1/events": {"post": [202, 400, 401, 409, 413, 422, 429, 500, 503]},
    "/api/v1/events/{event_id}": {"get": [200, 401, 404, 500, 503]},
    "/api/v1/contacts": {"get": [200, 401, 404, 422, 500, 503]},
    "/api/v1/changes": {"get": [200, 401, 422, 500, 503]},
}


@pytest.fixture
def schema():
    return Client().get("/api/v1/openapi.json").json()


@pytest.mark.parametrize("event_type", EventType)
def test_every_type_of_event_has_an_example_that_would_be_accepted(event_type):
    told = parse(EXAMPLES[event_type], now=datetime.now(UTC))

    assert told.type is event_type


def test_the_examples_can_be_told_one_after_the_other(tell_door):
    answer = tell_door({"events": list(EXAMPLES.values())})

    assert answer.json() == {"accepted": len(EventType), "duplicates": 0, "rejected": []}


def test_the_schema_shows_the_examples(schema):
    body = schema["paths"]["/api/v1/events"]["post"]["requestBody"]["content"]["application/json"]

    shown = {name: example["value"] for name, example in body["examples"].items()}
    assert shown.pop("a list").keys() == {"events"}
    assert shown == EXAMPLES


def test_every_status_is_declared_and_every_problem_is_a_problem_document(schema):
    declared = {
        path: {
            method: sorted(int(status) for status in operation["responses"])
            for method, operation in calls.items()
        }
        for path, calls in schema["paths"].items()
        if path in DOOR
    }
    kinds = {
        (int(status) >= 400, *response["content"])
        for calls in schema["paths"].values()
        for operation in calls.values()
        for status, response in operation["responses"].items()
        if "content" in response
    }

    assert declared == DOOR
    assert kinds == {(False, "application/json"), (True, "application/problem+json")}


def test_every_call_of_a_store_names_both_ways_to_say_who_it_is(schema):
    schemes = schema["components"]["securitySchemes"]
    for path, calls in DOOR.items():
        for method in calls:
            assert schema["paths"][path][method]["security"] == [{"BearerKey": []}, {"Signature": []}]

    assert (schemes["BearerKey"]["type"], schemes["BearerKey"]["scheme"]) == ("http", "bearer")
    assert (schemes["Signature"]["in"], schemes["Signature"]["name"]) == ("header", "webhook-signature")


def test_nothing_in_the_schema_points_nowhere(schema):
    text = Client().get("/api/v1/openapi.json").content.decode()

    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert used <= set(schema["components"]["schemas"])


def test_the_page_loads_nothing_from_elsewhere():
    client = Client()
    answer = client.get("/api/v1/docs")

    files = re.findall(r'(?:src|href)="([^"]+)"', answer.content.decode())
    assert len(files) >= 3
    assert [file for file in files if not file.startswith("/static/ninja/")] == []
    for file in files:
        served = client.get(file)
        served.close()
        assert (file, served.status_code) == (file, 200)
    assert "default-src 'self'" in answer["Content-Security-Policy"]
