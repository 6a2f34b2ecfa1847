"""One message made ready to be sent: everything read from the database beforehand, the gate asked again."""

from dataclasses import dataclass
from datetime import datetime

from ebexo.consents.gate import Withhold, decide
from ebexo.consents.ground import ground
from ebexo.contacts.hashes import masked_email, person_hash
from ebexo.contacts.knowledge import Known
from ebexo.contacts.known import known
from ebexo.contacts.models import Contact
from ebexo.delivery.mapping.contact import Rules
from ebexo.delivery.tags import tags_of
from ebexo.events import EventType, StoreEvent
from ebexo.outbox.claim import Claimed
from ebexo.outbox.states import Outcome, State
from ebexo.stores.models import Account, Mode


@dataclass(frozen=True)
class Job:
    """A message that may be sent to `account` as it was at that moment.

    `own_yes_at`: when the person said yes themselves in this event, if they did.
    """

    claimed: Claimed
    account: Account
    event: StoreEvent
    contact: int
    remote: str
    known: Known | None
    bought: bool
    rules: Rules
    double_opt_in: bool
    own_yes_at: datetime | None


def prepare(claimed: Claimed, account: Account) -> Job | Outcome:
    """The job to do for this message, or the outcome if the gate does not let it through any more."""
    event = StoreEvent.model_validate_json(claimed.message.payload or "")
    contact = Contact.objects.get(pk=int(claimed.key.removeprefix("contact:")))
    verdict = decide(ground(account, contact, email=event.customer.email))
    if isinstance(verdict, Withhold):
        return _withheld(verdict, email=event.customer.email)
    return Job(
        claimed=claimed,
        account=account,
        event=event,
        contact=contact.pk,
        remote=account.remote,
        known=known(contact.pk, remote=account.remote),
        bought=contact.bought_at is not None,
        rules=_rules(account),
        double_opt_in=account.mode == Mode.DOUBLE_OPT_IN,
        own_yes_at=_own_yes_at(event, account),
    )


def _withheld(verdict: Withhold, *, email: str) -> Outcome:
    return Outcome(
        state=State.WITHHELD,
        kind="withheld",
        reason=verdict.reason,
        was_called=False,
        person=(person_hash("email", email), masked_email(email)),
    )


def _rules(account: Account) -> Rules:
    return Rules(
        country=account.country,
        language=account.language,
        tags=tags_of(account),
        double_opt_in_email_id=account.double_opt_in_email_id,
        double_opt_in_language=account.double_opt_in_language,
    )


def _own_yes_at(event: StoreEvent, account: Account) -> datetime | None:
    """In the consent modes only a grant of the linked consent counts; a sign-up alone is not one."""
    if not Mode(account.mode).needs_consent:
        return event.occurred_at if event.type is EventType.NEWSLETTER_SUBSCRIBED else None
    grants = [
        answer.at for answer in event.consents if answer.granted and answer.code == account.consent_code
    ]
    return max(grants, default=None)
