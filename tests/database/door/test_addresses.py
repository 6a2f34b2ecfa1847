"""Addresses and methods that are there, and those that are not."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v2/events", "/api/v1/nothing", "/api/v1/events/"]
)
def test_where_there_is_nothing_the_answer_is_a_problem_document(path, a_problem):
    answer = Client().get(path)

    assert (answer.status_code, answer["Content-Type"], answer.json()) == (
        404,
        "application/problem+json",
        a_problem(
            404,
            "Not Found",
            "There is nothing at this address. What there is stands in /api/v1/openapi.json.",
        ),
    )


def test_outside_of_the_api_a_page_that_is_missing_is_a_page():
    answer = Client().get("/nothing")

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/events", "OPTIONS, POST"),
        ("/events/event-1", "GET, HEAD, OPTIONS"),
        ("/contacts", "GET, HEAD, OPTIONS"),
        ("/changes", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/docs", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_there_is_named_with_those_that_are(call, path, allowed, a_problem):
    for method in ("DELETE", "PUT", "PATCH", "TRACE"):
        answer = call(method, path)
        assert (answer.status_code, answer["Allow"], answer.json()) == (
            405,
            allowed,
            a_problem(
                405, "Method Not Allowed", f"{method} is not possible at this address. Possible: {allowed}."
            ),
        )

    options = call("OPTIONS", path)
    assert (options.status_code, options["Allow"], options.content) == (204, allowed, b"")


def test_head_is_answered_as_get_without_the_body(call, store, tell):
    tell(1)
    key = {"Authorization": f"Bearer {store.api_key}"}

    for path in ("/events/event-1", "/changes", "/events/unknown"):
        head, get = call("HEAD", path, **key), call("GET", path, **key)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head["Content-Length"] == str(len(get.content))
        assert head["Content-Type"] == get["Content-Type"]
    assert call("HEAD", "/changes").status_code == 401


@pytest.mark.parametrize("path", ["/changes", "/nothing", "/openapi.json"])
def test_the_door_speaks_english_and_says_so(call, path):
    assert call("GET", path, **{"Accept-Language": "pl"})["Content-Language"] == "en"


def test_a_host_that_is_not_ours_is_answered_in_the_same_shape(a_problem):
    answer = Client().get("/api/v1/changes", HTTP_HOST="evil.example")

    assert (answer.status_code, answer.json()) == (
        400,
        a_problem(400, "Bad Request", "The call can't be understood."),
    )


class Stream:
    """A body of which the server does not know how long it is; remembers how much of it was read."""

    def __init__(self, size):
        self.left, self.taken = size, 0

    def read(self, size=-1):
        part = min(self.left, 65_536, self.left if size < 0 else size)
        self.left -= part
        self.taken += part
        return b" " * part

    readline = read


@pytest.fixture
def post_stream(store, application):
    """POST this stream to the door; how the answer's first line begins."""

    def posted(stream, **headers):
        answered = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/api/v1/events",
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_AUTHORIZATION": f"Bearer {store.api_key}",
            "wsgi.input": stream,
            "wsgi.url_scheme": "http",
            **headers,
        }
        application(environ, lambda line, headers: answered.append(line)).close()
        return answered[0][:3]

    return posted


@pytest.mark.parametrize(("size", "status"), [(1_000_000, "400"), (10_000_000, "413")])
def test_of_a_body_in_chunks_no_more_is_read_than_may_be(post_stream, size, status):
    stream = Stream(size)

    assert post_stream(stream, HTTP_TRANSFER_ENCODING="chunked") == status
    assert stream.taken == min(size, 1_000_001)


@pytest.mark.parametrize("length", ["10000000", "9" * 5000])
def test_of_a_body_that_is_said_to_be_too_long_nothing_is_read(post_stream, length):
    stream = Stream(10_000_000)

    assert (post_stream(stream, CONTENT_LENGTH=length), stream.taken) == ("413", 0)


@pytest.mark.parametrize("length", ["", "-1", "x", "٣"])
def test_a_body_of_unknown_length_is_none(post_stream, length):
    assert post_stream(Stream(100), CONTENT_LENGTH=length) == "400"
