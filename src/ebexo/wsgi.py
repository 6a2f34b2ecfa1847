"""The WSGI application that `ebexo serve` runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ebexo.settings")

application = get_wsgi_application()
