"""The audit log guards itself: no entry is changed, and none deleted but of a store that is being removed.

SQLite loses triggers when it rebuilds a table, so a later migration that alters `entry` has to run this again.
"""

from typing import Any

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER ebexo_audit_no_update BEFORE UPDATE ON ebexo_audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END
    """,
    """
    CREATE TRIGGER ebexo_audit_no_delete BEFORE DELETE ON ebexo_audit_entry
    WHEN NOT EXISTS (
        SELECT 1 FROM ebexo_stores_store WHERE id = OLD.store_id AND removal_began_at IS NOT NULL
    )
    BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION ebexo_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (
            SELECT 1 FROM ebexo_stores_store WHERE id = OLD.store_id AND removal_began_at IS NOT NULL
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'audit entries are only ever added';
    END $$
    """,
    """
    CREATE TRIGGER ebexo_audit_guard BEFORE UPDATE OR DELETE ON ebexo_audit_entry
    FOR EACH ROW EXECUTE FUNCTION ebexo_audit_guard()
    """,
]


def guard(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001  (Django's shape)
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("ebexo_audit", "0001_initial"),
        ("ebexo_stores", "0001_initial"),
    ]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
