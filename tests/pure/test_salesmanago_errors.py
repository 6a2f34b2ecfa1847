import pickle
import time

import pytest

from salesmanago import BadCredentials, OutcomeUnknown, Refused, SalesmanagoError, Throttled, Unavailable
from salesmanago.redaction import Redaction

OWNER = BadCredentials("owner", http_status=200, vendor_message="Not authenticated, invalid owner")
INVALID = Refused(http_status=200, vendor_message="Invalid email")
BUSY = Throttled(http_status=429, retry_after=30.0)
NO_NAME = Unavailable("dns")
GATEWAY = OutcomeUnknown("status", http_status=502, vendor_message="Bad Gateway")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OWNER, "SALESmanago turns the account away (owner), HTTP 200: Not authenticated, invalid owner"),
        (INVALID, "SALESmanago refuses the request, HTTP 200: Invalid email"),
        (BUSY, "SALESmanago asks for fewer calls, HTTP 429"),
        (NO_NAME, "SALESmanago cannot be used just now (dns)"),
        (
            GATEWAY,
            "It is not known whether SALESmanago has taken the request (status), HTTP 502: Bad Gateway",
        ),
    ],
)
def test_error_reads_as_a_sentence(error: SalesmanagoError, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize("error", [OWNER, INVALID, BUSY, NO_NAME, GATEWAY])
def test_error_travels_between_processes_whole(error: SalesmanagoError) -> None:
    copy = pickle.loads(pickle.dumps(error))

    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))
    assert isinstance(copy, SalesmanagoError)


def test_secrets_are_blotted_out_however_they_come_back_escaped() -> None:
    redaction = Redaction('a&b"c/ż', "client-1", "")

    shown = redaction.quotation(
        'plain a&b"c/ż html a&amp;b&quot;c/ż json a&b\\"c/\\u017c url a%26b%22c%2F%C5%BC CLIENT-1'
    )

    assert shown == "plain […] html […] json […] url […] […]"


def test_quotation_is_one_printable_line_without_markup() -> None:
    page = "<html>\n<h1>502\tBad Gateway</h1>\x00\x1b[31m<hr>nginx</html>"

    assert Redaction().quotation(page) == "502 Bad Gateway [31m nginx"


@pytest.mark.parametrize("text", ["", " \n", "<br>"])
def test_quotation_of_nothing_is_none(text: str) -> None:
    assert Redaction("secret").quotation(text) is None


@pytest.mark.parametrize("letter", ["<", "a", "@", " ", "%"])
def test_hostile_text_of_a_megabyte_is_quoted_quickly(letter: str) -> None:
    started = time.process_time()

    Redaction("client-1", "secret-1", "key-1", "5e" * 20).quotation(letter * 1_000_000)

    assert time.process_time() - started < 1.0


def test_secret_at_the_end_of_what_is_quoted_is_not_shown_in_part() -> None:
    shown = Redaction("client-secret").quotation(" " * 19_995 + "client-secret")

    assert shown is not None
    assert "cli" not in shown
