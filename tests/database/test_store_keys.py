"""API keys and the signing secret: what opens a store, for how long, and what is noted of their use."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from ebexo.stores import keys
from ebexo.stores.models import ApiKey, Store
from ebexo.stores.tokens import digest, hint

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def opens(key, *moments):
    """Whether this key opens a store, at each of these moments."""
    return [keys.store_of_key(key, now=moment) is not None for moment in moments]


def test_a_key_opens_its_own_store_and_no_other(store, other_store):
    key = keys.add_key(store)

    assert keys.store_of_key(key, now=NOW) == store
    assert keys.store_of_key(keys.add_key(other_store), now=NOW) == other_store


@pytest.mark.parametrize("key", ["", "ek_", "ek_" + "x" * 43, "ż", "x" * 100_000])
def test_anything_else_opens_nothing(store, key):
    assert keys.store_of_key(key, now=NOW) is None


def test_of_a_key_only_its_hash_and_its_beginning_are_kept(store, everything_stored):
    key = keys.add_key(store)

    kept = ApiKey.objects.order_by("-pk").values("digest", "hint", "last_used_at", "ends_at", "revoked_at")[0]
    assert kept == {
        "digest": digest(key),
        "hint": hint(key),
        "last_used_at": None,
        "ends_at": None,
        "revoked_at": None,
    }
    assert (len(kept["hint"]), key.startswith(kept["hint"].rstrip("…"))) == (8, True)
    assert key[3:] not in everything_stored()


def test_an_added_key_leaves_the_others_as_they_are(store):
    keys.add_key(store)

    assert opens(store.api_key, NOW, NOW + 365 * DAY) == [True, True]


def test_a_rotated_key_works_for_the_overlap_and_not_a_moment_longer(store):
    new = keys.rotate_key(store, now=NOW)

    moments = (NOW, NOW + DAY - SECOND, NOW + DAY, NOW + 2 * DAY)
    assert opens(store.api_key, *moments) == [True, True, False, False]
    assert opens(new, *moments) == [True, True, True, True]


def test_without_an_overlap_the_former_key_ends_at_once(store):
    new = keys.rotate_key(store, now=NOW, overlap=timedelta())

    assert (opens(store.api_key, NOW), opens(new, NOW)) == ([False], [True])


def test_a_second_rotation_prolongs_no_key_that_ends_already(store):
    second = keys.rotate_key(store, now=NOW, overlap=HOUR)

    third = keys.rotate_key(store, now=NOW, overlap=DAY)

    later = NOW + HOUR
    assert (opens(store.api_key, later), opens(second, later), opens(third, later)) == (
        [False],
        [True],
        [True],
    )


def test_a_second_rotation_may_end_the_former_keys_sooner(store):
    keys.rotate_key(store, now=NOW, overlap=DAY)

    keys.rotate_key(store, now=NOW, overlap=HOUR)

    assert opens(store.api_key, NOW + HOUR - SECOND, NOW + HOUR) == [True, False]


def test_rotation_leaves_what_has_ended_or_was_revoked_as_it_is(store):
    keys.rotate_key(store, now=NOW - 2 * DAY, overlap=DAY)
    ended, revoked = ApiKey.objects.order_by("pk")
    keys.revoke_key(store, revoked.pk, now=NOW - HOUR)

    keys.rotate_key(store, now=NOW)

    kept = ApiKey.objects.order_by("pk").values_list("pk", "ends_at", "revoked_at")[:2]
    assert list(kept) == [(ended.pk, NOW - DAY, None), (revoked.pk, None, NOW - HOUR)]


def test_rotation_touches_no_other_store(store, other_store):
    keys.rotate_key(store, now=NOW, overlap=timedelta())

    assert opens(other_store.api_key, NOW) == [True]


def test_a_revoked_key_opens_nothing_from_that_moment(store):
    kept = keys.add_key(store)

    assert keys.revoke_key(store, ApiKey.objects.earliest("pk").pk, now=NOW) is True

    assert (opens(store.api_key, NOW), opens(kept, NOW)) == ([False], [True])


def test_what_was_revoked_keeps_its_moment_and_another_store_revokes_nothing(store, other_store):
    key = store.api_keys.get()

    assert keys.revoke_key(other_store, key.pk, now=NOW) is False
    assert keys.revoke_key(store, key.pk, now=NOW) is True
    assert keys.revoke_key(store, key.pk, now=NOW + HOUR) is False

    assert store.api_keys.get().revoked_at == NOW


def test_working_keys_are_listed_newest_first(store, other_store):
    keys.rotate_key(store, now=NOW, overlap=HOUR)
    keys.add_key(store)
    first, second, third = store.api_keys.order_by("pk")

    assert list(keys.working_keys(store, now=NOW)) == [third, second, first]
    assert list(keys.working_keys(store, now=NOW + HOUR)) == [third, second]


def test_use_is_noted_at_most_once_a_minute(store):
    noted = []
    for moment in (NOW, NOW + SECOND, NOW + MINUTE - SECOND, NOW + MINUTE, NOW + MINUTE + SECOND):
        keys.store_of_key(store.api_key, now=moment)
        noted.append(ApiKey.objects.get().last_used_at)

    assert noted == [NOW, NOW, NOW, NOW + MINUTE, NOW + MINUTE]


def test_a_key_that_was_used_just_now_costs_one_query(store):
    keys.store_of_key(store.api_key, now=NOW)

    with CaptureQueriesContext(connection) as queries:
        keys.store_of_key(store.api_key, now=NOW + SECOND)

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_a_key_that_opens_nothing_is_not_noted(store):
    keys.revoke_key(store, store.api_keys.get().pk, now=NOW)

    keys.store_of_key(store.api_key, now=NOW)

    assert store.api_keys.get().last_used_at is None


def test_no_call_fails_because_its_moment_could_not_be_written(store, monkeypatch):
    def fail(*args, **fields):
        raise OperationalError("the disk is full")

    monkeypatch.setattr(QuerySet, "update", fail)

    assert keys.store_of_key(store.api_key, now=NOW) == store


@pytest.mark.django_db(transaction=True)
def test_of_many_calls_at_once_none_fails_and_the_use_is_noted(store, in_threads):
    found = in_threads(6, lambda number: keys.store_of_key(store.api_key, now=NOW))

    assert found == [store] * 6
    assert ApiKey.objects.get().last_used_at == NOW


def test_a_store_signs_with_one_secret_at_first(store):
    assert keys.signing_secrets(store, now=NOW) == [store.signing_secret]


def test_a_rotated_signing_secret_holds_for_the_overlap(store):
    former = store.signing_secret

    new = keys.rotate_signing_secret(store, now=NOW)

    assert store.signing_secret == new
    for found in (store, Store.objects.get(pk=store.pk)):
        assert keys.signing_secrets(found, now=NOW + DAY - SECOND) == [new, former]
        assert keys.signing_secrets(found, now=NOW + DAY) == [new]
    assert (new.startswith("whsec_"), new == former) == (True, False)


def test_without_an_overlap_the_former_signing_secret_ends_at_once(store):
    new = keys.rotate_signing_secret(store, now=NOW, overlap=timedelta())

    assert keys.signing_secrets(store, now=NOW) == [new]


def test_a_second_rotation_forgets_the_first_signing_secret(store):
    second = keys.rotate_signing_secret(store, now=NOW)

    third = keys.rotate_signing_secret(store, now=NOW, overlap=HOUR)

    assert keys.signing_secrets(store, now=NOW) == [third, second]
    assert keys.signing_secrets(store, now=NOW + HOUR) == [third]


def test_a_store_that_was_read_before_the_rotation_does_not_bring_the_old_secret_back(store):
    read_before = Store.objects.get(pk=store.pk)
    second = keys.rotate_signing_secret(store, now=NOW)

    third = keys.rotate_signing_secret(read_before, now=NOW)

    assert keys.signing_secrets(Store.objects.get(pk=store.pk), now=NOW) == [third, second]


def test_no_signing_secret_can_be_read_in_the_tables(store, everything_stored):
    former = store.signing_secret
    new = keys.rotate_signing_secret(store, now=NOW)

    stored = everything_stored()

    assert [secret[6:] in stored for secret in (former, new)] == [False, False]
