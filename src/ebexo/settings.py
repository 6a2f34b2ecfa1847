"""Django's settings of `ebexo serve`, `ebexo web` and `ebexo worker`: the panel, the HTTP door and the dispatcher."""

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from ebexo.database import database, further_apps
from ebexo.environment import environment
from ebexo.panel.menu import PANEL
from ebexo.secrets import check_keys, derived_key

_environment = environment()

check_keys()
# In the database it can be read only once there are tables, and `ebexo migrate` makes them with these settings.
SECRET_KEY = SimpleLazyObject(lambda: derived_key("django").hex())
if not _environment.database_url:
    str(SECRET_KEY)  # a file that can't be read is told at once
DEBUG = False
ALLOWED_HOSTS = list(_environment.allowed_hosts)

INSTALLED_APPS = [
    "ebexo.panel",  # before unfold: its sidebar template is replaced
    "unfold",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",  # its page of the HTTP API, from files of our own
    "ebexo.apps.Texts",
    "ebexo.audit",
    "ebexo.stores",
    "ebexo.contacts",
    "ebexo.consents",
    "ebexo.outbox",
    "ebexo.carts",
    "ebexo.orders",
    "ebexo.reconciliation",
    "ebexo.history",
]
MIDDLEWARE = [
    "ebexo.operations.observing.probes.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ebexo.panel.headers.PanelHeaders",
    "ebexo.panel.acting.WhoActs",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "ebexo.urls"
WSGI_APPLICATION = "ebexo.wsgi.application"

INSTALLED_APPS += further_apps(_environment)
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # ebexo.delivery.scheduling.procrastinate knows its tasks itself

DATABASES = {"default": database(_environment)}
DATABASE_ROUTERS = ["ebexo.routers.OnlyOurTables"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Django's own tables may be those of a shop in the same database: they are neither made nor used.
MIGRATION_MODULES = {"auth": None, "contenttypes": None, "admin": None}

AUTH_USER_MODEL = "ebexo_panel.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
SESSION_ENGINE = "ebexo.panel.sessions"
SESSION_COOKIE_NAME = "ebexo_panel_session"
CSRF_COOKIE_NAME = "ebexo_panel_csrf"
LANGUAGE_COOKIE_NAME = "ebexo_panel_language"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
_https = (_environment.public_url or "").startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
CSRF_TRUSTED_ORIGINS = [_environment.public_url] if _environment.public_url else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None

if _environment.email:
    globals().update(_environment.email.settings())

LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", _("Polish")), ("en", _("English"))]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

UNFOLD = PANEL
LOGGING_CONFIG = "ebexo.logs.configure"
LOGGING = {"level": _environment.log_level}
