"""How a request is turned down."""


class RefusedError(Exception):
    """Turned down by the business rules: HTTP 200 with `success: false` and this message."""


class BadFieldError(Exception):
    """A request to the backstage cannot be understood; the sentence names the field. HTTP 400."""
