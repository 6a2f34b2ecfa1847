from django.urls import path

from demo.cookies import views

app_name = "cookies"
urlpatterns = [
    path("", views.settings, name="settings"),
    path("choice/", views.choose, name="choose"),
]
