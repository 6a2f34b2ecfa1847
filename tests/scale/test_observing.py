"""Webs and workers each tell what they counted themselves, and all the same of how the installation stands."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

DELIVERED = ("ebexo_messages_finished_total", "delivered")
ACCEPTED = ("ebexo_ingest_events_total", "accepted")


def numbers_at(call, address):
    answer = call("GET", f"http://{address}/metrics")
    assert answer.status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.long
def test_each_process_counts_its_own_work_and_a_dead_worker_is_missed(
    new_cluster, until, call, free_address, short
):
    cluster = new_cluster(**short)
    cluster.start_sandbox()
    cluster.open_store()
    cluster.start_web()
    here, door = cluster.web, free_address()
    worker = cluster.start("worker", "--bind", door)
    until(lambda: '"event": "working"' in worker.log.read_text())

    assert cluster.tell(1).status == 202
    until(lambda: numbers_at(call, door)[DELIVERED])

    of_web, of_worker = numbers_at(call, here), numbers_at(call, door)
    assert (of_web[ACCEPTED], of_web[DELIVERED]) == (1, 0)
    assert (of_worker[ACCEPTED], of_worker[DELIVERED]) == (0, 1)
    assert (of_web["ebexo_senders",], of_worker["ebexo_senders",]) == (1, 1)
    assert of_web["ebexo_database_size_bytes",] > 10**6
    assert ("ebexo_disk_free_bytes",) not in of_web
    assert call("GET", f"http://{here}/readyz").body == {
        "ready": True,
        "checks": {"database": "ok", "tables": "ok"},
    }
    assert call("GET", f"http://{door}/readyz").body == {
        "ready": True,
        "checks": {"database": "ok", "tables": "ok", "dispatcher": "ok"},
    }
    assert call("GET", f"http://{door}/panel/login/").status == 404
    assert call("GET", f"http://{here}/metrics", **{"X-Forwarded-For": "127.0.0.1"}).status == 401

    worker.kill()
    until(lambda: numbers_at(call, here)["ebexo_senders",] == 0)


def test_a_taken_address_ends_a_worker_with_one_line(new_cluster):
    cluster = new_cluster()
    cluster.start_sandbox()

    ended = cluster.run("worker", "--bind", cluster.far)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"ebexo: The address {cluster.far} can't be used: Address already in use.\n"
