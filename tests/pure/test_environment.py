"""The `EBEXO_…` variables: what each gives, and how a wrong one is refused."""

from pathlib import Path

import pytest

from ebexo.environment import BadEnvironment, Environment, read


def test_without_any_variable_the_defaults_hold():
    assert read({}) == Environment(
        data_dir=Path("./var").absolute(),
        database_url=None,
        secret_keys=(),
        allowed_hosts=("127.0.0.1", "localhost", "[::1]"),
        extra_endpoints=(),
        public_url=None,
        proxy=None,
        log_level="INFO",
    )


def test_every_variable_is_read():
    variables = {
        "EBEXO_DATA_DIR": "/srv/ebexo",
        "EBEXO_DATABASE_URL": "postgresql://user@/db?host=/dir",
        "EBEXO_SECRET_KEYS": " new , old ,",
        "EBEXO_ALLOWED_HOSTS": "shop.example, [::1]",
        "EBEXO_EXTRA_ENDPOINTS": "http://127.0.0.1:8090/, http://[::1]:8091",
        "EBEXO_PUBLIC_URL": "https://panel.shop.example/",
        "EBEXO_PROXY": "http://proxy.example:3128",
        "EBEXO_LOG_LEVEL": "debug",
    }

    assert read(variables) == Environment(
        data_dir=Path("/srv/ebexo"),
        database_url="postgresql://user@/db?host=/dir",
        secret_keys=("new", "old"),
        allowed_hosts=("shop.example", "[::1]", "panel.shop.example"),
        extra_endpoints=("http://127.0.0.1:8090", "http://[::1]:8091"),
        public_url="https://panel.shop.example",
        proxy="http://proxy.example:3128",
        log_level="DEBUG",
    )


def test_an_empty_variable_counts_as_left_out():
    variables = dict.fromkeys(
        (
            "EBEXO_DATA_DIR",
            "EBEXO_DATABASE_URL",
            "EBEXO_SECRET_KEYS",
            "EBEXO_ALLOWED_HOSTS",
            "EBEXO_EXTRA_ENDPOINTS",
            "EBEXO_PUBLIC_URL",
            "EBEXO_PROXY",
            "EBEXO_LOG_LEVEL",
        ),
        "",
    )

    assert read(variables) == read({})


def test_the_host_of_the_public_address_is_allowed_once():
    variables = {"EBEXO_PUBLIC_URL": "https://shop.example", "EBEXO_ALLOWED_HOSTS": "shop.example"}

    assert read(variables).allowed_hosts == ("shop.example",)


ENDPOINTS = "EBEXO_EXTRA_ENDPOINTS takes addresses without a path such as http://127.0.0.1:8090, not {}."
HOSTS = "EBEXO_ALLOWED_HOSTS takes host names without https:// and without a port, not {}."
ADDRESS = "{} must be an address such as https://shop.example, not {}."


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "EBEXO_DATABASE_URL",
            "mysql://user@host/db",
            "EBEXO_DATABASE_URL must begin with postgresql:// (leave it out for SQLite).",
        ),
        ("EBEXO_ALLOWED_HOSTS", "https://shop.example", HOSTS.format("'https://shop.example'")),
        ("EBEXO_ALLOWED_HOSTS", "shop.example:8000", HOSTS.format("'shop.example:8000'")),
        ("EBEXO_EXTRA_ENDPOINTS", "127.0.0.1:8090", ENDPOINTS.format("'127.0.0.1:8090'")),
        ("EBEXO_EXTRA_ENDPOINTS", "http://a.example/api", ENDPOINTS.format("'http://a.example/api'")),
        ("EBEXO_EXTRA_ENDPOINTS", "http://a.example?x=1", ENDPOINTS.format("'http://a.example?x=1'")),
        ("EBEXO_EXTRA_ENDPOINTS", "http://a.example#x", ENDPOINTS.format("'http://a.example#x'")),
        ("EBEXO_EXTRA_ENDPOINTS", "http://user@a.example", ENDPOINTS.format("'http://user@a.example'")),
        ("EBEXO_EXTRA_ENDPOINTS", "http://sales_manago:80", ENDPOINTS.format("'http://sales_manago:80'")),
        ("EBEXO_EXTRA_ENDPOINTS", "http://a.example:99999", ENDPOINTS.format("'http://a.example:99999'")),
        ("EBEXO_PUBLIC_URL", "shop.example", ADDRESS.format("EBEXO_PUBLIC_URL", "'shop.example'")),
        (
            "EBEXO_PUBLIC_URL",
            "ftp://shop.example",
            ADDRESS.format("EBEXO_PUBLIC_URL", "'ftp://shop.example'"),
        ),
        ("EBEXO_PUBLIC_URL", "https://[::1", ADDRESS.format("EBEXO_PUBLIC_URL", "'https://[::1'")),
        ("EBEXO_PROXY", "proxy:3128", ADDRESS.format("EBEXO_PROXY", "'proxy:3128'")),
        (
            "EBEXO_LOG_LEVEL",
            "loud",
            "EBEXO_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'.",
        ),
    ],
)
def test_a_wrong_variable_is_refused_in_a_sentence_that_names_it(name, value, sentence):
    with pytest.raises(BadEnvironment) as refusal:
        read({name: value})

    assert str(refusal.value) == sentence
