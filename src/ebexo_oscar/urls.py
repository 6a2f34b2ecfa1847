"""Include these in an Oscar shop: `path("cart/", include("ebexo_oscar.urls"))`."""

from django.urls import path

from ebexo_oscar.views import bring_back

app_name = "ebexo_oscar"
urlpatterns = [path("<str:token>", bring_back, name="cart")]
