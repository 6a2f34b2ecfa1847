"""Sizes and times this client keeps to.

SALESmanago publishes a limit for e-mail addresses only; the others are chosen so that no request or
answer can grow without bound.
"""

TEXT_CHARACTERS = 255
"""Longest text sent in one field, counted in characters. SALESmanago's own library cuts here too."""

VENDOR_MESSAGE_CHARACTERS = 500
"""Longest quotation of SALESmanago's words that an error carries."""

ANSWER_BYTES = 1_000_000
"""Longest answer that is read; what is longer is cut off and counts as unreadable."""

RETRY_AFTER_SECONDS = 3600.0
"""Longest wait taken from a `Retry-After`. Asking once an hour disturbs nobody; a day would lose one."""

DEADLINE_SECONDS = 30.0
"""Wall-clock time of a whole call: connecting, sending and reading the answer."""
