"""Every secret that the database keeps, closed anew."""

from django.apps import apps
from django.db import models, transaction

from ebexo.secrets import re_encrypt

ENCRYPTED = "_encrypted"
"""Columns whose names end so hold what `ebexo.secrets.encrypt` made, or nothing."""


def re_encrypt_everything() -> int:
    """Close every stored secret with the newest key; how many there were.

    Raises BadEnvironment where one can't be opened, and then nothing in the database was changed.
    """
    with transaction.atomic():
        return sum(
            _re_encrypt(model, field.name)
            for app in apps.get_app_configs()
            for model in app.get_models()
            for field in model._meta.concrete_fields  # noqa: SLF001  (Django's own name for it)
            if app.label.startswith("ebexo_") and field.name.endswith(ENCRYPTED)
        )


def _re_encrypt(model: type[models.Model], name: str) -> int:
    rows: models.QuerySet[models.Model] = models.QuerySet(model)
    stored = rows.filter(**{f"{name}__gt": ""}).order_by("pk").values_list("pk", name)
    return sum(_replaced(rows, pk, name, token) for pk, token in list(stored))


def _replaced(rows: models.QuerySet[models.Model], pk: object, name: str, token: str) -> int:
    """A secret that was changed in the meantime is left as it is: it was closed with the newest key already."""
    return rows.filter(**{"pk": pk, name: token}).update(**{name: re_encrypt(token)})
