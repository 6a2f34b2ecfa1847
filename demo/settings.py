"""Settings of the demo shop. The environment names the data directory, the hosts, the store and its panel."""

import os
from pathlib import Path

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from oscar import defaults
from oscar.defaults import *  # noqa: F403

from demo.integrations.menu import MENU
from demo.secret import secret_key
from ebexo.database import database
from ebexo.environment import environment
from ebexo_oscar import REQUIRED_APPS

HERE = Path(__file__).resolve().parent
DATA = environment().data_dir
DATA.mkdir(parents=True, exist_ok=True)

DEBUG = False
SECRET_KEY = secret_key(DATA / "shop-secret-key")
ALLOWED_HOSTS = os.environ.get("SHOP_ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
ROOT_URLCONF = "demo.urls"
WSGI_APPLICATION = "demo.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "demo.people.apps.PeopleConfig",
    "demo.cookies.apps.CookiesConfig",
    "demo.goods.apps.GoodsConfig",
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "demo.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "demo.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig",
    "demo.customer.apps.CustomerConfig",
    "demo.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "demo.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
    *REQUIRED_APPS,
]

# The two apps that are ours in code keep Oscar's tables.
MIGRATION_MODULES = {
    "customer": "oscar.apps.customer.migrations",
    "shipping": "oscar.apps.shipping.migrations",
}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "ebexo.storefront.middleware.Monitored",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.static",
                "django.template.context_processors.media",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
                "demo.cookies.choice.in_templates",
                "demo.people.consents.in_templates",
            ],
        },
    },
]

# The shop and its store events share one database, and so one transaction.
DATABASES = {"default": database(environment()) | {"ATOMIC_REQUESTS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = 1

AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = reverse_lazy("home")

# Names of its own, since cookies of one computer's servers are shared between their ports.
SESSION_COOKIE_NAME = "shop_session"
CSRF_COOKIE_NAME = "shop_csrf"
LANGUAGE_COOKIE_NAME = "shop_language"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "Polski"), ("en", "English")]
LOCALE_PATHS = [HERE / "locale", HERE / "oscar_locale"]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "PL"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"

# Letters to customers become files, so the demo never writes to anybody.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = OSCAR_FROM_EMAIL = "sklep@example.com"

HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"

OSCAR_SHOP_NAME = "Olcha"
OSCAR_SHOP_TAGLINE = _("Furniture and home")
OSCAR_HOMEPAGE = reverse_lazy("home")
OSCAR_DEFAULT_CURRENCY = "PLN"
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_HIDDEN_FEATURES = ["reviews", "wishlists"]
OSCAR_THUMBNAILER = "demo.goods.thumbnails.Originals"
OSCAR_SLUG_MAP = {"ł": "l", "Ł": "L"}
OSCAR_INITIAL_ORDER_STATUS = OSCAR_INITIAL_LINE_STATUS = "Nowe"
OSCAR_ORDER_STATUS_PIPELINE = {
    "Nowe": ("W realizacji", "Anulowane"),
    "W realizacji": ("Wysłane", "Anulowane"),
    "Wysłane": ("Zwrócone",),
    "Anulowane": (),
    "Zwrócone": (),
}
OSCAR_LINE_STATUS_PIPELINE = OSCAR_ORDER_STATUS_PIPELINE
OSCAR_DASHBOARD_NAVIGATION = [*defaults.OSCAR_DASHBOARD_NAVIGATION, *MENU]
SHOP_PANEL = os.environ.get("SHOP_PANEL", "http://127.0.0.1:8000").rstrip("/")
# An order and what is told of it are written together, or not at all.
OSCAR_DYNAMIC_CLASS_LOADER = "ebexo_oscar.loading.load"

EBEXO = {
    "STORE": os.environ.get("SHOP_STORE", ""),
    "COOKIES_ALLOWED": "demo.cookies.choice.allowed",
    "CUSTOMER": "demo.people.customer.customer",
    "CONSENTS": "demo.people.consents.answers",
    "PAYMENT_METHOD": "demo.checkout.payment.method",
    "ORDER_STATUSES": {"Anulowane": "cancelled", "Zwrócone": "returned"},
    "PAYMENT_EVENTS": {"paid": "paid", "returned": "returned"},
}
