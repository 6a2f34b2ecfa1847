"""`ebexo operator-key`: made, listed and revoked; shown once."""

import json

import pytest
from django.utils import timezone

from ebexo.stores.models import OperatorKey
from ebexo.stores.operators import operator_of_key

pytestmark = pytest.mark.django_db


def minute(moment):
    return f"{moment:%Y-%m-%d %H:%M}Z"


@pytest.mark.parametrize("arguments", [(), ("create",)])
def test_key_is_printed_alone_with_a_word_of_warning_beside_it(ebexo, arguments):
    status, out, err = ebexo("operator-key", *arguments)

    key = out.removesuffix("\n")
    row = OperatorKey.objects.get()
    assert (status, err) == (
        0,
        "Keep it well: it is shown this once, and opens and removes every store of this installation.\n",
    )
    assert key.startswith("ok_")
    assert row.hint == f"{key[:7]}…"
    assert operator_of_key(key, now=timezone.now()) == row


@pytest.mark.parametrize("arguments", [("--json",), ("create", "--json")])
def test_key_is_printed_for_a_script(ebexo, arguments):
    status, out, err = ebexo("operator-key", *arguments)

    told = json.loads(out)
    row = OperatorKey.objects.get()
    assert (status, err) == (0, "")
    assert told == {"id": row.pk, "operator_key": told["operator_key"]}
    assert operator_of_key(told["operator_key"], now=timezone.now()) == row


def test_only_the_hash_of_a_key_is_kept(ebexo, everything_stored):
    _status, out, _err = ebexo("operator-key")

    assert out.strip() not in everything_stored()


def test_keys_are_listed_newest_first(ebexo):
    first, second = (json.loads(ebexo("operator-key", "--json")[1]) for _ in range(2))
    ebexo("operator-key", "revoke", str(first["id"]))
    operator_of_key(second["operator_key"], now=timezone.now())

    _status, as_json, _err = ebexo("operator-key", "list", "--json")
    _status, as_lines, _err = ebexo("operator-key", "list")

    rows = {row.pk: row for row in OperatorKey.objects.all()}
    newer, older = rows[second["id"]], rows[first["id"]]
    assert newer.last_used_at
    assert older.revoked_at
    assert json.loads(as_json) == [
        {
            "id": newer.pk,
            "hint": newer.hint,
            "created_at": newer.created_at.isoformat(),
            "last_used_at": newer.last_used_at.isoformat(),
            "revoked_at": None,
        },
        {
            "id": older.pk,
            "hint": older.hint,
            "created_at": older.created_at.isoformat(),
            "last_used_at": None,
            "revoked_at": older.revoked_at.isoformat(),
        },
    ]
    assert as_lines == (
        f"{newer.pk}  {newer.hint}  made {minute(newer.created_at)}  last used {minute(newer.last_used_at)}  works\n"
        f"{older.pk}  {older.hint}  made {minute(older.created_at)}  not used yet  "
        f"revoked {minute(older.revoked_at)}\n"
    )


@pytest.mark.parametrize("by", ["number", "beginning"])
def test_revoked_key_opens_nothing_and_the_other_still_does(ebexo, by):
    first, second = (json.loads(ebexo("operator-key", "--json")[1]) for _ in range(2))
    named = str(first["id"]) if by == "number" else first["operator_key"][:7]

    status, out, err = ebexo("operator-key", "revoke", named)

    assert (status, out, err) == (0, "", f"Revoked the operator key {first['operator_key'][:7]}….\n")
    assert operator_of_key(first["operator_key"], now=timezone.now()) is None
    assert operator_of_key(second["operator_key"], now=timezone.now()) is not None


def test_key_that_is_not_there_is_not_revoked_and_not_repeated(ebexo):
    revoked = json.loads(ebexo("operator-key", "--json")[1])
    ebexo("operator-key", "revoke", str(revoked["id"]))

    for named in ("0", str(revoked["id"]), revoked["operator_key"]):
        assert ebexo("operator-key", "revoke", named) == (
            2,
            "",
            "ebexo: KEY: there is no such operator key. Run ebexo operator-key list.\n",
        )


def test_keys_that_begin_alike_are_told_apart_by_number(ebexo):
    for digest in ("a", "b"):
        OperatorKey.objects.create(digest=digest, hint="ok_abcd…")

    status, _out, err = ebexo("operator-key", "revoke", "ok_abcd")

    assert (status, err) == (
        2,
        "ebexo: KEY: several keys begin like this. Give its number, as ebexo operator-key list shows it.\n",
    )
    assert OperatorKey.objects.filter(revoked_at=None).count() == 2
