"""Addresses of `ebexo serve`."""

from django.urls import path

from ebexo.ingest.api import api

urlpatterns = [
    path("api/v1/", api.urls),
]
