"""What is known of the tries of a message."""

from datetime import datetime

from ebexo.outbox.models import Attempt


def last_try_ended_at(message: int) -> datetime | None:
    """When the last call that carried this message ended, however it ended."""
    ended = Attempt.objects.filter(messages=message, finished_at__isnull=False).order_by("-pk")
    return ended.values_list("finished_at", flat=True).first()
