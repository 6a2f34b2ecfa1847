from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Profile(models.Model):
    """What a customer tells beyond name, e-mail and addresses.

    Staff accounts and accounts made elsewhere may have none.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    phone = models.CharField(_("phone"), max_length=32, null=True, blank=True)
    company = models.CharField(_("company"), max_length=120, null=True, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, null=True, blank=True
    )

    objects: ClassVar[models.Manager["Profile"]] = models.Manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return f"Profile {self.pk}"


class NewsletterSignup(models.Model):
    """An address that asked for the newsletter. Addresses are kept in lower case."""

    email = models.EmailField(_("e-mail address"), unique=True)
    created_at = models.DateTimeField(_("signed up"), auto_now_add=True)

    objects: ClassVar[models.Manager["NewsletterSignup"]] = models.Manager()

    class Meta:
        verbose_name = _("newsletter sign-up")
        verbose_name_plural = _("newsletter sign-ups")

    def __str__(self) -> str:
        return f"Newsletter sign-up {self.pk}"
