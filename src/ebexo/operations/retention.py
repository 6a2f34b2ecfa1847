"""How long things are kept, and what goes when their time is over. Decisions are kept until their person is erased.

The ledger of orders is kept as long as its store: it holds numbers and amounts only, and it is what makes a purchase
be told once, however late a shop repeats it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q, QuerySet

from ebexo.carts.models import Cart
from ebexo.contacts.models import Stranger
from ebexo.contacts.strangers import REMEMBERED_FOR
from ebexo.environment import environment
from ebexo.history.clearing import give_up, left_alone_since
from ebexo.history.models import Import, Part
from ebexo.ingest.arrival import topic_of_cart
from ebexo.operations.sweep import Sweep
from ebexo.orders.models import Step
from ebexo.outbox.models import IS_LIVE, Key, Message
from ebexo.outbox.retention import (
    EMPTY_KEYS,
    drop_contents,
    drop_keys,
    drop_messages,
    known_long_enough,
    with_contents,
)
from ebexo.outbox.states import State


@dataclass(frozen=True)
class Periods:
    """`payloads`: how long after its end what a message holds is kept; `messages`: the message itself, and carts."""

    payloads: timedelta
    messages: timedelta


def periods() -> Periods:
    """As the environment of this process sets them."""
    given = environment()
    return Periods(
        payloads=timedelta(days=given.keep_payloads_days), messages=timedelta(days=given.keep_messages_days)
    )


def sweeps(*, now: datetime, kept: Periods) -> tuple[Sweep, ...]:
    """What goes of the stores. The keys come after the messages: by then it is known which are empty."""
    payloads, messages = now - kept.payloads, now - kept.messages
    return (
        Sweep(
            "messages",
            Message,
            known_long_enough(done_before=messages),
            partial(drop_messages, first=_leave_the_ledger_whole),
        ),
        Sweep(
            "payloads",
            Message,
            with_contents(done_before=payloads),
            partial(drop_contents, done_before=payloads),
        ),
        Sweep("keys", Key, EMPTY_KEYS, drop_keys),
        Sweep("carts", Cart, _untouched_since(messages), _drop_carts),
        Sweep("strangers", Stranger, Q(asked_at__lte=now - REMEMBERED_FOR)),
        Sweep("import_rows", Part, Q(of__ended_at__lt=payloads)),
        Sweep("abandoned_imports", Import, left_alone_since(payloads), partial(give_up, now=now)),
        Sweep("imports", Import, Q(ended_at__lt=messages, is_cleared=True)),
    )


def _leave_the_ledger_whole(messages: Sequence[int]) -> None:
    """What these messages told of an order stays told when they are gone; what they did not tell is free."""
    for step in Step.objects.filter(message__in=messages, told_at=None, is_held=False):
        message = Message.objects.get(pk=step.message)
        if message.state == State.DELIVERED:
            step.told_at = message.done_at
            step.save(update_fields=["told_at"])
        else:
            step.delete()


def _untouched_since(moment: datetime) -> Q:
    """Carts of which nothing was heard, told or bought since then."""
    not_heard = Q(heard_at=None) | Q(heard_at__lt=moment)
    not_told = Q(told_at=None) | Q(told_at__lt=moment)
    return not_heard & not_told & (Q(closed_at=None) | Q(closed_at__lt=moment))


def _drop_carts(carts: QuerySet[Cart]) -> int:
    """A cart of which something still waits to be told stays."""
    topics = {pk: (store, topic_of_cart(cart_id)) for pk, store, cart_id in _named(carts)}
    live = Message.objects.filter(
        IS_LIVE,
        store_id__in={store for store, _ in topics.values()},
        topic__in=[topic for _, topic in topics.values()],
    )
    waiting = set(live.values_list("store_id", "topic"))
    return carts.filter(pk__in=[pk for pk, topic in topics.items() if topic not in waiting]).delete()[0]


def _named(carts: QuerySet[Cart]) -> list[tuple[int, int, str]]:
    return list(carts.values_list("pk", "store_id", "cart_id"))
