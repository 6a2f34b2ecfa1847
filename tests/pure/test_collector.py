"""What a process consists of is not looked at again by the garbage collector."""

import gc
from collections.abc import Iterator

import pytest

from ebexo.collector import spare_what_stands


@pytest.fixture
def _looked_at_again() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_looked_at_again")
def test_what_stands_is_spared_and_what_comes_later_is_not():
    standing, before = [object()], gc.get_freeze_count()

    spare_what_stands()

    later = [object()]
    looked_at = {id(one) for one in gc.get_objects()}
    assert gc.get_freeze_count() > before
    assert (id(standing) in looked_at, id(later) in looked_at) == (False, True)
