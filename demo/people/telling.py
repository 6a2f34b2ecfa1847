"""Newsletter sign-ups are the shop's own, so the shop hands them to the connector itself."""

from typing import Any

from django.http import HttpRequest

from demo.people.models import NewsletterSignup
from demo.people.signals import newsletter_subscribed
from ebexo_oscar.newsletter import subscribed


def start() -> None:
    newsletter_subscribed.connect(_tell, dispatch_uid="demo_newsletter")


def _tell(sender: Any, signup: NewsletterSignup, request: HttpRequest, **kwargs: Any) -> None:  # noqa: ARG001
    subscribed(signup.email, request)
