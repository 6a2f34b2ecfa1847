"""Letters of the panel, sent beside the request: nobody waits for the mail server."""

import threading
from smtplib import SMTPException

import structlog
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

log = structlog.get_logger("ebexo.panel")


def password_letter(email: str, *, url: str) -> EmailMessage:
    """The letter to somebody who has forgotten their password, in the language of the page they asked on."""
    text = _(
        "Somebody, most likely you, has asked for a new password to the Ebexo panel.\n"
        "\n"
        "Choose it here. The link works once, and for an hour:\n"
        "%(url)s\n"
        "\n"
        "If it was not you, there is nothing to do: your password stays as it is.\n"
    )
    return EmailMessage(subject=_("A new password to the Ebexo panel"), body=text % {"url": url}, to=[email])


def post(letter: EmailMessage) -> None:
    """Send this letter in a thread of its own. A failure is written to the log, without the address."""
    threading.Thread(target=_send, args=(letter,), name="letter", daemon=True).start()


def _send(letter: EmailMessage) -> None:
    try:
        letter.send()
    except (OSError, SMTPException, UnicodeError) as error:  # its text may quote the address
        log.error("letter_not_sent", error=type(error).__name__)
