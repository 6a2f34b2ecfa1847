"""The vendor's methods, a module for each group of them.

A new group is a module with a list `METHODS` like the others, and its name in `GROUPS`.
"""

from salesmanago_sandbox.methods import contact_reading, contact_writing, users
from salesmanago_sandbox.methods.method import Method

GROUPS = (contact_writing, contact_reading, users)

METHODS: dict[str, Method] = {method.path: method for group in GROUPS for method in group.METHODS}
"""By path below `/api/`."""
