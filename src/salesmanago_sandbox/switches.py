"""What SALESmanago does where nobody outside knows for sure, each with the likeliest answer as its default."""

from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.refusals import BadFieldError


def _number(default: int, *, most: int, least: int = 0) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class Switches:
    default_status: Literal["opt_out", "opt_in"] = "opt_out"
    """The e-mail status of a contact that is created without a flag."""
    both_flags: Literal["opt_out", "opt_in"] = "opt_out"
    """Which of two flags of one channel wins when both are true."""
    unknown_contact: Literal["create_optout", "reject"] = "create_optout"
    """What an event for an unknown e-mail address does."""
    contact_not_found_text: str = "Contact not found"
    event_not_found_text: str = "Event not found"
    unknown_client_text: Literal["Authorization failed. Wrong clientId", "User not authenticated"] = (
        "Authorization failed. Wrong clientId"
    )
    request_time: Literal["lenient", "strict"] = "lenient"
    """Strict: `requestTime` must be whole milliseconds, at most 15 minutes away."""
    bad_json_status: int = _number(400, least=200, most=599)
    """The HTTP status of the answer to a body that is no JSON."""
    requests_per_second: int = _number(0, most=100_000)
    """More are answered with 429; 0 sets no limit."""
    batch_limit: int = _number(1000, least=1, most=1_000_000)
    """The most items of one batch."""
    job_polls: int = _number(1, most=1000)
    """How many times `job/status` says that the job is in progress, even when it is done."""
    job_file: bool = False
    """Whether the status of a finished contact batch names a file with the results."""
    async_delay: int = _number(0, most=3600)
    """Seconds until an asynchronous write can be seen."""
    long_values: Literal["cut", "reject"] = "cut"
    """What happens to a text over its limit; cutting is warned of."""
    empty_text: Literal["ignore", "clear"] = "ignore"
    """What an empty text in a contact does to the value that is there."""
    event_update: Literal["replace", "merge"] = "replace"
    """Whether an update forgets the fields of the event that it leaves out."""
    events_read: int = _number(0, most=1_000_000)
    """The most events of a contact in `contact/list`, the newest ones; 0 sets no limit."""
    product_problems: Literal["refuse_all", "keep_others"] = "refuse_all"
    """What becomes of the right products of an API v3 request that has wrong ones, too."""
    created_on: Literal["ignore", "accept"] = "ignore"
    """Whether `createdOn` of a new contact is taken."""
    consents_move_status: bool = False
    """Whether consents alone, without a flag, opt in or out."""
    email_case: Literal["insensitive", "sensitive"] = "insensitive"
    """Whether addresses that differ only in case are the same contact."""
    api_change_callbacks: bool = False
    """Whether changes made through the API are told, too."""
    phone_callbacks: bool = False
    """Whether changes of the phone status are told, to the same addresses."""
    callback_retries: int = _number(0, most=10)
    """How many times a callback that failed is sent again, a second apart."""
    callback_email: Literal["encoded", "raw"] = "encoded"
    """How the address stands in a callback's URL."""

    def changed(self, wanted: JsonObject) -> "Switches":
        """Some of them set anew. Raises BadFieldError."""
        for name, value in wanted.items():
            _check(name, value)
        return replace(self, **wanted)

    def values(self) -> JsonObject:
        return {known.name: getattr(self, known.name) for known in fields(self)}

    def described(self) -> list[JsonObject]:
        """Each with its value, its default and what it may be set to."""
        return [{**_kind(known), "value": getattr(self, known.name)} for known in fields(self)]


KNOWN: dict[str, Field[Any]] = {known.name: known for known in fields(Switches)}
TYPES = get_type_hints(Switches)


def _kind(known: Field[Any]) -> JsonObject:
    of_type = TYPES[known.name]
    about: JsonObject = {"name": known.name, "default": known.default}
    if get_origin(of_type) is Literal:
        return {**about, "kind": "choice", "choices": list(get_args(of_type))}
    if of_type is int:
        return {**about, "kind": "number", **known.metadata}
    return {**about, "kind": "flag" if of_type is bool else "text"}


def _check(name: str, value: Any) -> None:
    if name not in KNOWN:
        raise BadFieldError(f"There is no switch {name!r}; there are {', '.join(KNOWN)}.")
    about = _kind(KNOWN[name])
    wrong = CHECKS[about["kind"]](about, value)
    if wrong:
        raise BadFieldError(f"The switch {name!r} must be {wrong}.")


def _choice(about: JsonObject, value: Any) -> str | None:
    choices = about["choices"]
    return None if value in choices else f"one of {', '.join(repr(choice) for choice in choices)}"


def _range(about: JsonObject, value: Any) -> str | None:
    least, most = about["least"], about["most"]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return None if is_whole and least <= value <= most else f"a whole number from {least} to {most}"


def _flag(_: JsonObject, value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _text(_: JsonObject, value: Any) -> str | None:
    return None if isinstance(value, str) and value else "a text that is not empty"


CHECKS = {"choice": _choice, "number": _range, "flag": _flag, "text": _text}
