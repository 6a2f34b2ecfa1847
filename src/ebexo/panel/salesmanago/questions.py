"""What a merchant is asked before the settings are saved: full sentences on what is going to happen."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ebexo.connection.settings import Seven, changes_far_side
from ebexo.connection.withholding import count_waiting
from ebexo.panel.salesmanago.switching import of_whom_is_sent
from ebexo.stores.models import Account


def questions(account: Account, settings: Seven) -> list[str]:
    """The consequences to agree to, none if these settings may be saved at once.

    `settings` are those that will be stored, as `validated` gives them.
    """
    waiting = count_waiting(account.store_id)
    stays_on = account.active and settings.active
    found = _of_switching_off(waiting) if account.active and not settings.active and waiting else []
    if changes_far_side(account, settings):
        found += _of_another_account(waiting if stays_on else 0)
    return found + of_whom_is_sent(account, settings)


def _of_switching_off(waiting: int) -> list[str]:
    withheld = ngettext(
        "The integration is switched off. %(count)s message still waits to be sent: it will not be sent, "
        "also not later, and its data will be deleted.",
        "The integration is switched off. %(count)s messages still wait to be sent: they will not be sent, "
        "also not later, and their data will be deleted.",
        waiting,
    )
    return [withheld % {"count": waiting}]


def _of_another_account(waiting: int) -> list[str]:
    sentences = [
        _(
            "These settings lead to another SALESmanago account. What was learnt from the old one is set aside."
        ),
        _("Shoppers who carry a cookie of the old account get a new one at their next login."),
        _("For the new account everybody is new: each person's next transfer counts as the first one."),
    ]
    if waiting:
        moved = ngettext(
            "%(count)s message that waits now will be sent to the new account.",
            "%(count)s messages that wait now will be sent to the new account.",
            waiting,
        )
        sentences.append(moved % {"count": waiting})
    return sentences
