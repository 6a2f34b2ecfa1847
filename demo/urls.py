from typing import Any

from django.apps import apps
from django.urls import include, path

from demo.goods.home import Home

oscar: Any = apps.get_app_config("oscar")

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("ebexo/", include("ebexo.storefront.urls")),
    path("koszyk/", include("ebexo_oscar.urls")),
    path("cookies/", include("demo.cookies.urls")),
    path("dashboard/integrations/", include("demo.integrations.urls")),
    path("", include("demo.people.urls")),
    path("", include(oscar.urls[0])),
]
