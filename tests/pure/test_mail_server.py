"""The mail server, as the environment names it."""

import pytest

from ebexo.environment import BadEnvironment, read
from ebexo.mail_server import MailServer, mail_server

SENDER = "Ebexo <panel@shop.example>"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtps://panel:p%40ss%3Aword@mail.example",
            MailServer("smtps", "mail.example", 465, "panel", "p@ss:word", SENDER),
        ),
        (
            "smtp+tls://panel:secret@mail.example:2525",
            MailServer("smtp+tls", "mail.example", 2525, "panel", "secret", SENDER),
        ),
        ("smtp://localhost", MailServer("smtp", "localhost", 25, "", "", SENDER)),
        ("smtp://127.0.0.1:1025/", MailServer("smtp", "127.0.0.1", 1025, "", "", SENDER)),
        ("smtp://relay.example", MailServer("smtp", "relay.example", 25, "", "", SENDER)),
    ],
)
def test_address_of_the_mail_server_is_read(url: str, server: MailServer) -> None:
    assert mail_server(url, SENDER) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:0",
        "smtp://mail.example:70000",
        "smtp://mail.example/path",
        "smtp://user@mail.example",
        "smtps://mail.example?tls=no",
        "smtp://[mail",
    ],
)
def test_address_that_cannot_be_used_is_refused_with_examples(url: str) -> None:
    with pytest.raises(ValueError, match=r"EBEXO_EMAIL_URL takes an address such as smtps://user:password@"):
        mail_server(url, SENDER)


def test_password_is_not_sent_readable_over_the_network() -> None:
    with pytest.raises(ValueError, match="would send its password readable") as refused:
        mail_server("smtp://panel:geheim@mail.example", SENDER)

    assert "geheim" not in str(refused.value)


def test_password_may_be_sent_readable_on_the_same_machine() -> None:
    assert mail_server("smtp://panel:geheim@localhost", SENDER) is not None


@pytest.mark.parametrize(("url", "sender"), [("smtp://localhost", ""), ("", SENDER)])
def test_one_without_the_other_is_refused(url: str, sender: str) -> None:
    with pytest.raises(BadEnvironment, match="belong together"):
        read({"EBEXO_EMAIL_URL": url, "EBEXO_EMAIL_FROM": sender})


@pytest.mark.parametrize("sender", ["panel", "Ebexo <panel>", "a@b.pl\nBcc: x@y.pl"])
def test_sender_that_is_no_e_mail_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="EBEXO_EMAIL_FROM takes an e-mail such as"):
        mail_server("smtp://localhost", sender)


def test_nothing_given_means_no_letters() -> None:
    assert read({}).email is None


def test_settings_are_those_of_django() -> None:
    server = mail_server("smtps://panel:secret@mail.example", SENDER)

    assert server is not None
    assert server.settings() == {
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 465,
        "EMAIL_HOST_USER": "panel",
        "EMAIL_HOST_PASSWORD": "secret",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": True,
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": SENDER,
    }
