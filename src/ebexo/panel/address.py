"""Where a request to the panel comes from."""

from django.http import HttpRequest

from ebexo.client_address import client_address
from ebexo.environment import environment


def address_of(request: HttpRequest) -> str:
    """The client's address, also behind the proxies that the operator trusts."""
    told = request.META
    return client_address(
        connected=told.get("REMOTE_ADDR", ""),
        forwarded_for=told.get("HTTP_X_FORWARDED_FOR", ""),
        trusted=environment().trusted_proxies,
    )
