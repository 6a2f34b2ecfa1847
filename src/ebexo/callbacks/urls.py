"""Where SALESmanago calls us."""

from django.urls import path

from ebexo.callbacks.views import callback
from ebexo.contacts.knowledge import Status

urlpatterns = [
    path("salesmanago/<slug:handle>/opt-in", callback, {"status": Status.OPT_IN}, name="callback_opt_in"),
    path("salesmanago/<slug:handle>/opt-out", callback, {"status": Status.OPT_OUT}, name="callback_opt_out"),
]
