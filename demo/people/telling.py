"""The newsletter is the shop's own, so the shop hands sign-ups and sign-offs to the connector itself."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import pre_delete
from django.http import HttpRequest

from demo.people.models import NewsletterSignup
from demo.people.signals import newsletter_subscribed, newsletter_unsubscribed
from ebexo_oscar.newsletter import subscribed, unsubscribed


def start() -> None:
    newsletter_subscribed.connect(_tell, dispatch_uid="demo_newsletter")
    newsletter_unsubscribed.connect(_tell_sign_off, dispatch_uid="demo_newsletter_sign_off")
    pre_delete.connect(_forget_sign_up, sender=User, dispatch_uid="demo_newsletter_forgotten")


def _tell(sender: Any, signup: NewsletterSignup, request: HttpRequest, **kwargs: Any) -> None:  # noqa: ARG001
    subscribed(signup.email, request)


def _tell_sign_off(sender: Any, email: str, request: HttpRequest, **kwargs: Any) -> None:  # noqa: ARG001
    unsubscribed(email, request)


def _forget_sign_up(sender: Any, instance: User, **kwargs: Any) -> None:  # noqa: ARG001
    """An account that is deleted takes its sign-up along."""
    NewsletterSignup.objects.filter(email=instance.email.lower()).delete()
