"""The shop as a WSGI application, pictures included.

Pictures are answered before Django, so they never wait for the database.
"""

import os

from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ["DJANGO_SETTINGS_MODULE"] = "demo.settings"
django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402 (the settings are chosen above)

# `autorefresh` looks for files on each request: staff may upload pictures while the shop runs.
application = WhiteNoise(
    django_application, root=settings.MEDIA_ROOT, prefix=settings.MEDIA_URL, autorefresh=True
)
