"""Links that bring a cart back: signed, good for 30 days, and about one cart, not about anybody."""

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import NoReverseMatch, reverse

from ebexo.storefront.shop import setting

GOOD_FOR = timedelta(days=30)
_SALT = "ebexo_oscar.cart"


def link(basket_id: int, *, shop_url: str) -> str | None:
    """The link to this cart. None where the shop has not mounted `ebexo_oscar.urls`, or its address is unknown.

    `shop_url` is where the shop is being visited; without it, the shop's setting SHOP_URL or its site decides.
    """
    address = shop_url or str(setting("SHOP_URL") or "").rstrip("/") or _site()
    try:
        path = reverse("ebexo_oscar:cart", args=[_signer().sign(str(basket_id))])
    except NoReverseMatch:
        return None
    return address + path if address else None


def basket_of(token: str) -> int | None:
    """The basket that a link is about. None for one that has expired, or that is not ours."""
    try:
        return int(_signer().unsign(token, max_age=GOOD_FOR))
    except (BadSignature, ValueError):
        return None


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt=_SALT)


def _site() -> str:
    from django.contrib.sites.models import Site

    site = Site.objects.filter(pk=getattr(settings, "SITE_ID", None)).first()
    return f"https://{site.domain}" if site else ""
