"""Addresses of the storefront for shops that are not Django, below `storefront/`."""

from django.urls import path

from ebexo.storefront.remote.views import ebexo_js, identity

urlpatterns = [
    path("<slug:public_key>/ebexo.js", ebexo_js, name="ebexo_js"),
    path("<slug:public_key>/identity", identity, name="identity"),
]
