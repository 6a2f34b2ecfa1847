"""The `EBEXO_…` variables: what each gives, and how a wrong one is refused."""

from ipaddress import ip_network
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
        trusted_proxies=(),
        proxy=None,
        waiting_events_limit=1_000_000,
        waiting_bytes_limit=2_000_000_000,
        free_disk_floor=200_000_000,
        keep_payloads_days=30,
        keep_messages_days=400,
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
        "EBEXO_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8, fd00::/8",
        "EBEXO_PROXY": "http://proxy.example:3128",
        "EBEXO_WAITING_EVENTS_LIMIT": "5000",
        "EBEXO_WAITING_BYTES_LIMIT": "10 mb",
        "EBEXO_FREE_DISK_FLOOR": "0",
        "EBEXO_KEEP_PAYLOADS_DAYS": "7",
        "EBEXO_KEEP_MESSAGES_DAYS": "90",
        "EBEXO_LOG_LEVEL": "debug",
        "EBEXO_CALL_SECONDS": "0.5",
        "EBEXO_LOOK_AFTER_SECONDS": "600",
        "EBEXO_LEASE_SECONDS": "1",
    }

    assert read(variables) == Environment(
        data_dir=Path("/srv/ebexo"),
        database_url="postgresql://user@/db?host=/dir",
        secret_keys=("new", "old"),
        allowed_hosts=("shop.example", "[::1]", "panel.shop.example"),
        extra_endpoints=("http://127.0.0.1:8090", "http://[::1]:8091"),
        public_url="https://panel.shop.example",
        trusted_proxies=(ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8")),
        proxy="http://proxy.example:3128",
        waiting_events_limit=5000,
        waiting_bytes_limit=10_000_000,
        free_disk_floor=0,
        keep_payloads_days=7,
        keep_messages_days=90,
        log_level="DEBUG",
        call_seconds=0.5,
        look_after_seconds=600.0,
        lease_seconds=1.0,
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
            "EBEXO_TRUSTED_PROXIES",
            "EBEXO_PROXY",
            "EBEXO_WAITING_EVENTS_LIMIT",
            "EBEXO_WAITING_BYTES_LIMIT",
            "EBEXO_FREE_DISK_FLOOR",
            "EBEXO_KEEP_PAYLOADS_DAYS",
            "EBEXO_KEEP_MESSAGES_DAYS",
            "EBEXO_LOG_LEVEL",
        ),
        "",
    )

    assert read(variables) == read({})


def test_the_host_of_the_public_address_is_allowed_once():
    variables = {"EBEXO_PUBLIC_URL": "https://shop.example", "EBEXO_ALLOWED_HOSTS": "shop.example"}

    assert read(variables).allowed_hosts == ("shop.example",)


ENDPOINTS = "EBEXO_EXTRA_ENDPOINTS takes addresses without a path such as http://127.0.0.1:8090, not {}."
PROXIES = "EBEXO_TRUSTED_PROXIES takes addresses and networks such as 127.0.0.1 or 10.0.0.0/8, not {}."
HOSTS = "EBEXO_ALLOWED_HOSTS takes host names without https:// and without a port, not {}."
NUMBER = "EBEXO_WAITING_EVENTS_LIMIT takes a whole number from 1 on, not {}."
SECONDS = "{} takes seconds from 0.001 to {}, not {}."
SIZE = "{} takes a size such as 500MB or 2GB, not {}."
DAYS = (
    "EBEXO_KEEP_MESSAGES_DAYS takes a number of days from EBEXO_KEEP_PAYLOADS_DAYS (30) up to 36500, not {}."
)
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
        ("EBEXO_TRUSTED_PROXIES", "proxy.example", PROXIES.format("'proxy.example'")),
        ("EBEXO_TRUSTED_PROXIES", "10.0.0.0/33", PROXIES.format("'10.0.0.0/33'")),
        ("EBEXO_PROXY", "proxy:3128", ADDRESS.format("EBEXO_PROXY", "'proxy:3128'")),
        ("EBEXO_WAITING_EVENTS_LIMIT", "0", NUMBER.format("'0'")),
        ("EBEXO_WAITING_EVENTS_LIMIT", "many", NUMBER.format("'many'")),
        ("EBEXO_WAITING_BYTES_LIMIT", "2 TB", SIZE.format("EBEXO_WAITING_BYTES_LIMIT", "'2 TB'")),
        ("EBEXO_KEEP_MESSAGES_DAYS", "29", DAYS.format(29)),
        ("EBEXO_KEEP_MESSAGES_DAYS", "36501", DAYS.format(36501)),
        ("EBEXO_FREE_DISK_FLOOR", "-1", SIZE.format("EBEXO_FREE_DISK_FLOOR", "'-1'")),
        ("EBEXO_CALL_SECONDS", "0", SECONDS.format("EBEXO_CALL_SECONDS", 40, "'0'")),
        ("EBEXO_CALL_SECONDS", "41", SECONDS.format("EBEXO_CALL_SECONDS", 40, "'41'")),
        ("EBEXO_LEASE_SECONDS", "601", SECONDS.format("EBEXO_LEASE_SECONDS", 600, "'601'")),
        (
            "EBEXO_LEASE_SECONDS",
            "39.9",
            "EBEXO_LEASE_SECONDS takes at least twice EBEXO_CALL_SECONDS (20), not 39.9.",
        ),
        ("EBEXO_LOOK_AFTER_SECONDS", "10 s", SECONDS.format("EBEXO_LOOK_AFTER_SECONDS", 600, "'10 s'")),
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


@pytest.mark.parametrize("name", ["EBEXO_PROXY", "EBEXO_PUBLIC_URL", "EBEXO_EXTRA_ENDPOINTS"])
def test_refusal_of_an_address_does_not_repeat_a_password_in_it(name: str) -> None:
    with pytest.raises(BadEnvironment) as refused:
        read({name: "ftp://panel:letterbox@proxy.example"})

    assert "letterbox" not in str(refused.value)
    assert name in str(refused.value)


def test_alerts_come_after_a_week_at_most() -> None:
    assert read({"EBEXO_ALERT_AFTER_SECONDS": "604800"}).alert_after_seconds == 604800
    with pytest.raises(BadEnvironment) as refused:
        read({"EBEXO_ALERT_AFTER_SECONDS": "604801"})

    assert str(refused.value) == "EBEXO_ALERT_AFTER_SECONDS takes a week (604800) at most, not 604801."
