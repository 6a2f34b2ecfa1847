"""The language in which somebody uses the panel, for letters that are written while they are not there."""

from django.utils.translation import get_language

from ebexo.panel.models import User


def note_language(sender: object, *, user: object, **more: object) -> None:  # noqa: ARG001  (the shape of a receiver)
    """Keep with whoever has just logged in the language of the page they did it on."""
    language = get_language()
    if isinstance(user, User) and language and user.language != language:
        user.language = language
        user.save(update_fields=["language"])
