from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from oscar.apps.customer import views as oscar

from demo.people.models import Profile


class ProfileView(oscar.ProfileView):  # type: ignore[misc]
    def get_profile_fields(self, user: User) -> list[dict[str, Any]]:
        profile = Profile.objects.filter(user=user).first() or Profile()
        return [
            {"name": _("Phone"), "value": profile.phone},
            {"name": _("Company"), "value": profile.company},
            {"name": _("Date of birth"), "value": profile.birth_date},
        ]
