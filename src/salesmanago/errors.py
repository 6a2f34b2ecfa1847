"""What can go wrong with a call, told apart by what the caller should do next."""

from typing import Literal

EndpointProblem = Literal["empty", "unreadable", "foreign_host", "port", "userinfo"]
CredentialsProblem = Literal["client_id", "secret", "owner", "account"]
UnavailableReason = Literal["dns", "connection", "tls", "proxy", "timeout_connect", "status", "redirect"]
UnknownReason = Literal[
    "timeout",
    "connection",
    "status",
    "truncated",
    "too_large",
    "empty",
    "not_json",
    "not_object",
    "no_verdict",
    "no_contact_id",
    "no_event_id",
    "no_request_id",
    "unreadable",
]


class BadEndpoint(ValueError):
    """The text is no endpoint of SALESmanago. Ask the person who typed it for another.

    A mistake in the settings, not a failed call, so it stands outside `SalesmanagoError`.
    """

    def __init__(self, problem: EndpointProblem) -> None:
        super().__init__(problem)
        self.problem = problem


class SalesmanagoError(Exception):
    """A call has not ended with SALESmanago's yes.

    `http_status` is the status of the answer, None where none came. `vendor_message` quotes SALESmanago
    in at most 500 characters, with credentials and e-mail addresses blotted out. `retry_after` is the wait
    in seconds that was asked for. None of them holds a secret or a person, so all may be stored and shown.
    """

    summary = "SALESmanago has not taken the request"

    def __init__(
        self,
        *args: str,
        http_status: int | None = None,
        vendor_message: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(*args)
        self.http_status = http_status
        self.vendor_message = vendor_message
        self.retry_after = retry_after

    def __str__(self) -> str:
        what = f"{self.summary} ({', '.join(self.args)})" if self.args else self.summary
        status = f", HTTP {self.http_status}" if self.http_status else ""
        words = f": {self.vendor_message}" if self.vendor_message else ""
        return f"{what}{status}{words}"


class BadCredentials(SalesmanagoError):
    """The account is turned away. Send nothing more for it until the merchant has put `problem` right.

    `problem`: "client_id", "secret" (or the Client ID it belongs to), "owner" (the e-mail of a user that
    SALESmanago does not know) or "account" (inactive or blocked).
    """

    summary = "SALESmanago turns the account away"

    def __init__(
        self,
        problem: CredentialsProblem,
        *,
        http_status: int | None = None,
        vendor_message: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            problem, http_status=http_status, vendor_message=vendor_message, retry_after=retry_after
        )
        self.problem: CredentialsProblem = problem


class Refused(SalesmanagoError):
    """It was understood and turned down. Sending the same again will not help; go on with the next."""

    summary = "SALESmanago refuses the request"


class Throttled(SalesmanagoError):
    """Too many calls; this one was not applied. Send the same after `retry_after` seconds, and slower.

    Where `retry_after` is None, SALESmanago named no time and the caller chooses one.
    """

    summary = "SALESmanago asks for fewer calls"


class Unavailable(SalesmanagoError):
    """The request was certainly not applied. The same may pass later; wait before the next call.

    `reason`: "dns", "connection" (refused or lost before anything was sent), "tls", "proxy",
    "timeout_connect" (the deadline came before anything was sent), "status" (408, 500, 503, and a 401, 403
    or 404 without SALESmanago's words) or "redirect" (never followed).
    """

    summary = "SALESmanago cannot be used just now"

    def __init__(
        self,
        reason: UnavailableReason,
        *,
        http_status: int | None = None,
        vendor_message: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            reason, http_status=http_status, vendor_message=vendor_message, retry_after=retry_after
        )
        self.reason: UnavailableReason = reason


class OutcomeUnknown(SalesmanagoError):
    """The request may have been applied. Repeat it only where a repeat does no harm, or look it up first.

    Every read may be repeated, and every write that names what it changes; adding an event may not, as
    SALESmanago then has it twice. `reason`: "timeout" and "connection" (after sending had begun), "status"
    (502, 504 and other statuses of a gateway), "truncated", "too_large", "empty", "not_json", "not_object",
    "no_verdict" (neither success nor failure is said), "no_contact_id", "no_event_id" or "no_request_id" (a
    success without the id it is about) or "unreadable" (a success whose content is not understood).
    """

    summary = "It is not known whether SALESmanago has taken the request"

    def __init__(
        self,
        reason: UnknownReason,
        *,
        http_status: int | None = None,
        vendor_message: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            reason, http_status=http_status, vendor_message=vendor_message, retry_after=retry_after
        )
        self.reason: UnknownReason = reason
