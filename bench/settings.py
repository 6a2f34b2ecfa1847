"""The settings of `ebexo serve` with one address more: the view that only answers."""

from ebexo.settings import *  # noqa: F403  (all of them)

ROOT_URLCONF = "bench.urls"
