"""API v3: product catalogs, a module for each group of methods.

A new group is a module with a list `METHODS` like the others, and its name in `GROUPS`.
"""

from salesmanago_sandbox.v3 import catalogs, collections, products
from salesmanago_sandbox.v3.method import Method

GROUPS = (catalogs, products, collections)

METHODS: dict[str, Method] = {method.path: method for group in GROUPS for method in group.METHODS}
"""By path below `/v3/`."""
