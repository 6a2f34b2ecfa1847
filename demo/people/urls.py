from django.urls import path

from demo.people import newsletter

app_name = "people"
urlpatterns = [path("newsletter/", newsletter.subscribe, name="newsletter")]
