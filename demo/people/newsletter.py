from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from demo.people.consents import ConsentsMixin
from demo.people.models import NewsletterSignup
from demo.people.signals import newsletter_subscribed, newsletter_unsubscribed
from demo.redirects import back


class NewsletterForm(ConsentsMixin, forms.Form):
    email = forms.EmailField(max_length=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_consents()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Sign an address up and go back to the page that the box was on."""
    form = NewsletterForm(request.POST)
    if not form.is_valid():
        messages.error(request, _complaint(form))
        return back(request)
    signup, is_new = NewsletterSignup.objects.get_or_create(email=form.cleaned_data["email"])
    newsletter_subscribed.send_robust(sender=NewsletterSignup, signup=signup, request=request)
    messages.success(request, _thanks(is_new=is_new))
    return back(request)


@require_POST
@login_required
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Sign the customer's own address off and go back to their profile."""
    email = request.user.email.lower()  # type: ignore[union-attr]  # logged in
    NewsletterSignup.objects.filter(email=email).delete()
    newsletter_unsubscribed.send_robust(sender=NewsletterSignup, email=email, request=request)
    messages.success(request, _("You have unsubscribed from our newsletter."))
    return redirect("customer:profile-view")


def _complaint(form: NewsletterForm) -> str:
    if "email" in form.errors:
        return _("Please enter a valid e-mail address to sign up for the newsletter.")
    return _("Please tick the required consents to sign up for the newsletter.")


def _thanks(*, is_new: bool) -> str:
    if is_new:
        return _("Thank you! You have signed up for our newsletter.")
    return _("This address already receives our newsletter. Thank you for staying with us!")
