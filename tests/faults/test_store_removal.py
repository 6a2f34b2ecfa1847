"""A store is removed while the server is sending for it."""

import json

import pytest


@pytest.mark.long
def test_server_copes_with_a_store_that_is_removed_in_the_middle_of_sending(installation, until):
    installation.sandbox()
    installation.open_store()
    removed, removed_key = installation.store, installation.key
    installation.open_store()
    kept, kept_key = installation.store, installation.key
    serve = installation.serve()
    installation.fault("/api/contact/upsert", "latency", seconds=4)
    installation.key = removed_key
    for number in range(40):
        assert installation.tell(number).status == 202
    until(installation.requests)

    answer = installation.run("store", "remove", removed, "--yes", "--json")

    counted = json.loads(answer.stdout)
    assert (answer.returncode, counted["store"], counted["removed"]["messages"]) == (0, removed, 40)
    assert installation.tell(41).status == 401
    installation.key = kept_key
    assert installation.tell(42).status == 202
    until(lambda: installation.states(42) == ["delivered"])
    assert kept in installation.run("store", "list").stdout
    assert removed not in installation.run("store", "list").stdout
    assert len(installation.requests()) < 40
    log = serve.log.read_text()
    assert "level='error'" not in log
    assert serve.terminate() < 25
