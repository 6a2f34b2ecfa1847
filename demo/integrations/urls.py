from django.urls import path

from demo.integrations.views import to_panel

app_name = "integrations"
urlpatterns = [path("<slug:page>/", to_panel, name="page")]
