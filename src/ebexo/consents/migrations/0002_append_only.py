"""The ledger of decisions guards itself: no row is changed, and none deleted but of a person who is erased.

SQLite loses triggers when it rebuilds a table, so a later migration that alters `decision` has to run this again.
"""

from typing import Any

from django.db import migrations

SQLITE = [
    """
    CREATE TRIGGER ebexo_decision_no_update BEFORE UPDATE ON ebexo_consents_decision
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END
    """,
    """
    CREATE TRIGGER ebexo_decision_no_delete BEFORE DELETE ON ebexo_consents_decision
    WHEN EXISTS (SELECT 1 FROM ebexo_contacts_contact WHERE id = OLD.contact_id AND erased_at IS NULL)
    BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END
    """,
]
POSTGRESQL = [
    """
    CREATE FUNCTION ebexo_decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (
            SELECT 1 FROM ebexo_contacts_contact WHERE id = OLD.contact_id AND erased_at IS NULL
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'decisions are only ever added';
    END $$
    """,
    """
    CREATE TRIGGER ebexo_decision_guard BEFORE UPDATE OR DELETE ON ebexo_consents_decision
    FOR EACH ROW EXECUTE FUNCTION ebexo_decision_guard()
    """,
]


def guard(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001  (Django's shape)
    statements = SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("ebexo_consents", "0001_initial"),
        ("ebexo_contacts", "0001_initial"),
    ]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
