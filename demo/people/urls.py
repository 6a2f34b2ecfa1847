from django.urls import path

from demo.people import newsletter, profile_consents

app_name = "people"
urlpatterns = [
    path("newsletter/", newsletter.subscribe, name="newsletter"),
    path("newsletter/unsubscribe/", newsletter.unsubscribe, name="newsletter-unsubscribe"),
    path("accounts/profile/consents/", profile_consents.save, name="consents"),
]
