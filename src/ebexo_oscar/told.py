"""What was last told of a customer, as a keyed hash: so that a change of nothing that is told is no news."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

from ebexo.secrets import keyed_hash

_TOLD = """
    INSERT INTO ebexo_oscar_toldcustomer (user_id, digest) VALUES (%s, %s)
    ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest
"""


def told(user_id: str, data: Mapping[str, Any]) -> None:
    """Customer number `user_id` was told as `data`, the `customer` of an event. A mark that something changed stays."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [user_id, digest(data)])


def digest(data: Mapping[str, Any]) -> str:
    """An address in other letters is no news."""
    return keyed_hash("told-customer", json.dumps({**data, "email": data["email"].lower()}, sort_keys=True))
