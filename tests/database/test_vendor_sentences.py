"""Every answer that SALESmanago is known to give has its sentences: what happened, what it means, what to do."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from ebexo.connection.sentences.calls import OUTCOMES, VENDOR_ERRORS, meaning_of
from ebexo.ingest.fate import OUTCOMES as TOLD_BY_THE_DOOR

DOCUMENTED = (
    "User not authenticated",
    "Not authenticated",
    "Not authenticated, not owner specified",
    "Not authenticated, invalid owner",
    "Api key not specified",
    "Token not specified",
    "Authorization failed. Wrong Token",
    "Token refreshed failed",
    "Authorization failed. Wrong clientId",
    "Not authorized",
    "Integration failed",
    "Invalid account",
    "Already registered",
    "Invalid confirmation email account",
    "No email specified",
    "User cannot be empty",
)
EVERY = [*VENDOR_ERRORS.values(), *OUTCOMES.values()]
SOURCES = Path(__file__).parents[2] / "src" / "ebexo"


@pytest.mark.parametrize("text", DOCUMENTED)
@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_documented_error_says_what_happened_what_it_means_and_what_to_do(
    text: str, language: str
) -> None:
    meaning = meaning_of("refused", f"SALESmanago refuses the request, HTTP 200: {text}")

    with override(language):
        sentences = [str(meaning.happened), str(meaning.for_customers), str(meaning.to_do)]
    with override("en"):
        english = [str(meaning.happened), str(meaning.for_customers), str(meaning.to_do)]
    assert meaning is VENDOR_ERRORS[text]
    assert all(sentence.endswith(".") for sentence in sentences)
    assert language == "en" or not set(sentences) & set(english)


def test_no_other_error_is_taken_for_a_documented_one() -> None:
    assert set(VENDOR_ERRORS) == set(DOCUMENTED)
    assert meaning_of("refused", "SALESmanago refuses the request: Something new") is OUTCOMES["refused"]
    assert meaning_of("delivered", "contactId invalid account") is OUTCOMES["delivered"]
    assert meaning_of("never heard of", None) is OUTCOMES["unknown"]


def test_every_outcome_of_an_attempt_has_its_sentences() -> None:
    kinds = set()
    for path in [*(SOURCES / "delivery").rglob("*.py"), *(SOURCES / "outbox").rglob("*.py")]:
        kinds |= set(re.findall(r'kind="([a-z_]+)"', path.read_text()))

    assert set(OUTCOMES) >= set(TOLD_BY_THE_DOOR)
    assert kinds - {"withheld", "needless", "live", "history"} <= set(OUTCOMES)


def test_all_of_it_is_in_polish() -> None:
    for meaning in EVERY:
        for sentence in (meaning.happened, meaning.for_customers, meaning.to_do):
            with override("pl"):
                polish = str(sentence)
            with override("en"):
                assert polish != str(sentence)
