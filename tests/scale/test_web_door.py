"""What stands between the network and the application in `ebexo web`: sizes, headers, logs."""

import http.client
import json
from contextlib import closing

import pytest


def test_a_body_over_the_limit_is_turned_away_whole_or_in_chunks(new_cluster):
    cluster = new_cluster()
    key = cluster.open_store()
    cluster.start_web()
    large = b'{"events": [' + b" " * 1_000_001 + b"]}"
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def statuses(body, **more):
        with closing(http.client.HTTPConnection(cluster.web, timeout=30)) as connection:
            connection.request("POST", "/api/v1/events", body, headers, **more)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())["detail"]

    too_large = (413, "A body may have 1 MB at most.")
    assert statuses(large) == too_large
    assert statuses(iter([large[:500_000], large[500_000:]]), encode_chunked=True) == too_large
    assert statuses(iter([b'{"events"', b": []}"]), encode_chunked=True)[0] == 422


def test_a_body_that_says_it_is_huge_is_turned_away_before_it_comes(new_cluster):
    cluster = new_cluster()
    cluster.start_web()

    with closing(http.client.HTTPConnection(cluster.web, timeout=30)) as connection:
        connection.putrequest("POST", "/panel/login/")
        connection.putheader("Content-Length", str(65 * 2**20))
        connection.endheaders()
        answer = connection.getresponse()

        assert (answer.status, answer.read()) == (413, b"A body may have 64 MB at most.\n")


def test_query_strings_reach_no_log(new_cluster, call):
    cluster = new_cluster()
    key = cluster.open_store()
    web = cluster.start_web()
    url = f"http://{cluster.web}/api/v1/contacts?email=jan.kowalski@example.com"

    assert call("GET", url, Authorization=f"Bearer {key}").status == 404
    assert call("GET", f"http://{cluster.web}/nowhere?email=jan.kowalski@example.com").status == 404

    web.terminate()
    assert "jan.kowalski" not in web.log.read_text()


def test_pages_and_their_files_are_served(new_cluster, call):
    cluster = new_cluster()
    cluster.start_web()

    page = call("GET", f"http://{cluster.web}/panel/login/")

    assert page.status == 200
    assert call("GET", f"http://{cluster.web}/static/ebexo_panel/panel.css").status == 200


@pytest.mark.long
def test_what_means_something_to_the_database_is_kept_as_it_was_told_in_a_list(new_cluster, call):
    cluster = new_cluster()
    key = cluster.open_store()
    cluster.start_web()
    names = ["100% %s", "x'); SELECT 1; --", "a\\b ; c", 'Zażółć "gęślą"']
    events = [
        {
            "id": f"event-{number}",
            "type": "customer.registered",
            "occurred_at": "2026-11-01T10:00:00Z",
            "customer": {"email": f"person-{number}@example.com", "first_name": name},
        }
        for number, name in enumerate(names)
    ]

    told = call(
        "POST", f"http://{cluster.web}/api/v1/events", {"events": events}, Authorization=f"Bearer {key}"
    )

    assert told.body == {"accepted": len(names), "duplicates": 0, "rejected": []}
    kept = cluster.query(
        "SELECT payload::jsonb #>> '{customer,first_name}' FROM ebexo_outbox_message ORDER BY event_id"
    )
    assert [name for (name,) in kept] == names
