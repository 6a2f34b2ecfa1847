"""Sizes and times this client keeps to.

SALESmanago documents the limits of an event, of a list of contacts and of an e-mail address. The others are
chosen so that no request or answer can grow without bound.
"""

TEXT_CHARACTERS = 255
"""Longest text sent in one field, counted in characters. SALESmanago's own library cuts here too."""

PRODUCTS_CHARACTERS = 512
"""Longest list of product ids in an event, commas included."""

DESCRIPTION_CHARACTERS = 2048
"""Longest description of an event."""

LOCATION_CHARACTERS = 36
"""Longest location of an event."""

EVENT_DETAILS = 20
"""An event has the details 1 to 20."""

BATCH_ITEMS = 1000
"""Most contacts or events in one batch. SALESmanago's own modules send 400 at a time."""

FULL_CONTACTS = 50
"""Most contacts that are read whole with one call."""

VENDOR_MESSAGE_CHARACTERS = 500
"""Longest quotation of SALESmanago's words that an error carries."""

ANSWER_BYTES = 5_000_000
"""Longest answer that is read; what is longer is cut off and counts as unreadable. Fifty contacts with
hundreds of events each are about this long."""

RETRY_AFTER_SECONDS = 3600.0
"""Longest wait taken from a `Retry-After`. Asking once an hour disturbs nobody; a day would lose one."""

DEADLINE_SECONDS = 30.0
"""Wall-clock time of a whole call: connecting, sending and reading the answer."""
