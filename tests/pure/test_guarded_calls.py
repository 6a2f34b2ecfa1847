"""What the application is shown of a call to `ebexo web`."""

import pytest

from ebexo import web
from ebexo.environment import environment, read

CALL = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/panel/",
    "QUERY_STRING": "",
    "REMOTE_ADDR": "10.0.0.5",
    "HTTP_HOST": "ebexo.shop.example",
    "HTTP_X_FORWARDED_FOR": "203.0.113.7",
    "HTTP_X_FORWARDED_PROTO": "https",
}


@pytest.fixture
def show(monkeypatch):
    """What the application is shown of a call, by a process with these proxies."""

    def shown(call, *, proxies=""):
        made = read({"EBEXO_TRUSTED_PROXIES": proxies})
        monkeypatch.setattr(web, "environment", lambda: made)
        seen = []

        def application(call, start):
            seen.append(call)
            return [b"answer"]

        started = []
        answer = b"".join(web.guarded(application)(call, lambda *told: started.append(told)))
        return (seen[0] if seen else None), answer, started

    yield shown
    environment.cache_clear()


def test_variables_of_the_process_are_not_part_of_a_call(show, monkeypatch):
    monkeypatch.setenv("EBEXO_SECRET_KEYS", "secret")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    monkeypatch.setenv("REMOTE_ADDR", "127.0.0.1")

    shown, answer, _ = show(
        CALL | {"EBEXO_SECRET_KEYS": "secret", "HTTP_PROXY": "http://proxy.example"}, proxies="10.0.0.0/8"
    )

    assert (shown, answer) == (CALL, b"answer")


@pytest.mark.parametrize("proxies", ["", "10.0.0.6", "192.168.0.0/16"])
def test_nobody_but_a_trusted_proxy_says_where_a_call_came_from(show, proxies):
    shown, _, _ = show(CALL | {"HTTP_FORWARDED": "for=203.0.113.7"}, proxies=proxies)

    assert sorted(set(CALL) - set(shown)) == ["HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"]
    assert "HTTP_FORWARDED" not in shown


@pytest.mark.parametrize(
    ("length", "is_shown"), [("67108864", True), ("67108865", False), ("9" * 40, False), ("", True)]
)
def test_a_huge_body_is_turned_away(show, length, is_shown):
    shown, _, started = show(CALL | {"CONTENT_LENGTH": length})

    assert (shown is not None) is is_shown
    assert [status for status, _ in started] == ([] if is_shown else ["413 Request Entity Too Large"])
