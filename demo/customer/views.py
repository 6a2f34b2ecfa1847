from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from oscar.apps.customer import views as oscar

from demo.people.models import Profile
from demo.people.profile_consents import ProfileConsentsForm
from ebexo_oscar import newsletter


class ProfileView(oscar.ProfileView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        own = {"consents": ProfileConsentsForm(user), "newsletter_status": newsletter.status(user)}
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        return shown | own

    def get_profile_fields(self, user: User) -> list[dict[str, Any]]:
        profile = Profile.objects.filter(user=user).first() or Profile()
        return [
            {"name": _("Phone"), "value": profile.phone},
            {"name": _("Company"), "value": profile.company},
            {"name": _("Date of birth"), "value": profile.birth_date},
        ]
