"""How much there is: what an operator looks at to see whether the disk lasts."""

from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Count, Func, IntegerField, Model, Sum

from ebexo.outbox.models import Message
from ebexo.outbox.states import State
from ebexo.routers import OURS


@dataclass(frozen=True)
class Sizes:
    """`database_bytes`: our tables on the disk; `reusable_bytes` of them are free for what comes next (SQLite).

    `payload_bytes`: what messages hold; `messages` by state; `rows` by table. Every table is counted through.
    """

    database_bytes: int
    reusable_bytes: int
    payload_bytes: int
    messages: dict[str, int]
    rows: dict[str, int]


class _Bytes(Func):
    function = "octet_length"
    output_field = IntegerField()


def sizes() -> Sizes:
    """As they are now. With a million messages it takes some seconds; nobody waits for it."""
    tables = _tables()
    on_disk, reusable = _of_sqlite() if connection.vendor == "sqlite" else (_of_postgresql(tables), 0)
    counts = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    return Sizes(
        database_bytes=on_disk,
        reusable_bytes=reusable,
        payload_bytes=Message.objects.aggregate(size=Sum(_Bytes("payload")))["size"] or 0,
        messages={state.value: counts.get(state.value, 0) for state in State},
        rows={name: model._base_manager.count() for name, model in tables.items()},  # noqa: SLF001
    )


def _tables() -> dict[str, type[Model]]:
    models = [
        model
        for config in apps.get_app_configs()
        if config.label.startswith(OURS)
        for model in config.get_models(include_auto_created=True)
    ]
    return {model._meta.db_table: model for model in models}  # noqa: SLF001


def _of_sqlite() -> tuple[int, int]:
    with connection.cursor() as cursor:
        found = []
        for pragma in ("page_size", "page_count", "freelist_count"):
            cursor.execute(f"PRAGMA {pragma}")
            found.append(int(cursor.fetchone()[0]))
    page, pages, free = found
    return page * pages, page * free


def _of_postgresql(tables: dict[str, type[Model]]) -> int:
    """With indexes. A shop may have tables of its own in the same database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(SUM(pg_total_relation_size(to_regclass(name))), 0) FROM unnest(%s::text[]) AS name",
            [list(tables)],
        )
        return int(cursor.fetchone()[0])
