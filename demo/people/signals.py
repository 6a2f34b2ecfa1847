"""What the shop tells beyond Oscar's own signals."""

from django.dispatch import Signal

newsletter_subscribed = Signal()
"""Somebody asked for the newsletter, for the first time or again.

Sent inside the request's transaction with `signup` (NewsletterSignup) and `request`;
`demo.people.consents.granted(request)` names the consents ticked beside it.
"""

newsletter_unsubscribed = Signal()
"""Somebody wants no newsletter any more. Sent inside the request's transaction with `email` and `request`."""
