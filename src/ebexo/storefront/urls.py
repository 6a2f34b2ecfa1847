"""Include these in a Django shop: `path("ebexo/", include("ebexo.storefront.urls"))`."""

from django.urls import path

from ebexo.storefront.views import smclient

app_name = "ebexo"
urlpatterns = [path("smclient", smclient, name="smclient")]
