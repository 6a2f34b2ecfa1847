"""The database of the installation, from its address."""

from dataclasses import replace
from pathlib import Path

import pytest

from ebexo.database import NOTICES_SILENCE, database
from ebexo.environment import BadEnvironment, read


def test_without_an_address_it_is_a_file_in_the_data_directory(tmp_path):
    found = database(replace(read({}), data_dir=tmp_path / "new"))

    assert (found["ENGINE"], found["NAME"]) == ("ebexo.sqlite", tmp_path / "new" / "ebexo.sqlite3")
    assert (tmp_path / "new").is_dir()


def test_an_address_of_postgresql_is_taken_apart():
    found = database(
        read({"EBEXO_DATABASE_URL": "postgresql://jan:pa%40ss@/shop?host=/run/pg&sslmode=require"})
    )

    assert found == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "jan",
        "PASSWORD": "pa@ss",
        "HOST": "/run/pg",
        "PORT": "",
        "OPTIONS": {**NOTICES_SILENCE, "sslmode": "require"},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def test_how_long_silence_is_borne_can_be_said_in_the_address():
    found = database(read({"EBEXO_DATABASE_URL": "postgresql://h/shop?connect_timeout=3"}))

    assert found["OPTIONS"] == {**NOTICES_SILENCE, "connect_timeout": "3"}


@pytest.mark.parametrize("address", ["postgresql://[bad", "postgresql://h/db?nonsense=1"])
def test_an_unreadable_address_is_refused_without_being_repeated(address):
    with pytest.raises(BadEnvironment) as refusal:
        database(read({"EBEXO_DATABASE_URL": address}))

    assert str(refusal.value) == "EBEXO_DATABASE_URL can't be read as an address of PostgreSQL."


def test_a_data_directory_that_is_a_file_is_refused(tmp_path):
    file = Path(tmp_path / "file")
    file.touch()

    with pytest.raises(BadEnvironment) as refusal:
        database(replace(read({}), data_dir=file))

    assert str(refusal.value) == f"EBEXO_DATA_DIR {file} can't be used: File exists."
