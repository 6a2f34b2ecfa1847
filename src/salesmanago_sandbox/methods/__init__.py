"""The vendor's methods, a module for each group of them.

A new group is a module with a list `METHODS` like the others, and its name in `GROUPS`.
"""

from salesmanago_sandbox.methods import (
    contact_batches,
    contact_changes,
    contact_reading,
    contact_removing,
    contact_statuses,
    contact_tags,
    contact_writing,
    event_batches,
    event_writing,
    integration,
    job_status,
    users,
)
from salesmanago_sandbox.methods.method import Method

GROUPS = (
    contact_writing,
    contact_batches,
    contact_removing,
    contact_reading,
    contact_changes,
    contact_tags,
    contact_statuses,
    event_writing,
    event_batches,
    integration,
    job_status,
    users,
)

METHODS: dict[str, Method] = {method.path: method for group in GROUPS for method in group.METHODS}
"""By path below `/api/`."""
