"""The session engine of the panel."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from ebexo.panel.models import Session


class SessionStore(DatabaseStore):
    """Keeps logins in `ebexo_panel_session`."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session
