import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmanago import BadEndpoint, Endpoint, normalise_endpoint

SANDBOX = "http://127.0.0.1:8090"
OWN_URL = re.compile(r"https://([a-z0-9-]+\.)+(salesmanago\.pl|salesmanago\.com|manago\.ai)")


@pytest.mark.parametrize(
    ("pasted", "endpoint"),
    [
        ("https://app3.salesmanago.pl", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("app3.salesmanago.pl", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("https://app3.salesmanago.pl/", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("https://app3.salesmanago.pl/api/", Endpoint("https://app3.salesmanago.pl", False, "/api/")),
        ("app3.salesmanago.pl/api/contact/upsert",
         Endpoint("https://app3.salesmanago.pl", False, "/api/contact/upsert")),
        ("http://www.salesmanago.pl/login.htm?a=b#c",
         Endpoint("https://www.salesmanago.pl", True, "/login.htm?a=b#c")),
        ("http://app2.salesmanago.com:80", Endpoint("https://app2.salesmanago.com", True, "")),
        ("http://app2.salesmanago.com:443", Endpoint("https://app2.salesmanago.com", True, "")),
        ("https://app2.manago.ai:443/", Endpoint("https://app2.manago.ai", False, "")),
        ("HTTPS://App3.SalesManago.PL", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("//app3.salesmanago.pl", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("app3.salesmanago.pl.", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("https://app3.salesmanago.pl./api", Endpoint("https://app3.salesmanago.pl", False, "/api")),
        ("app3.salesmanago.pl:", Endpoint("https://app3.salesmanago.pl", False, "")),
        (" \t„https://app3.salesmanago.pl”,\r\n", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("\ufeff<https://app3.salesmanago.pl>\u200b", Endpoint("https://app3.salesmanago.pl", False, "")),
        ("app3.salesmanago.pl/@evil.example",
         Endpoint("https://app3.salesmanago.pl", False, "/@evil.example")),
        ("app3.salesmanago.pl?@evil.example",
         Endpoint("https://app3.salesmanago.pl", False, "?@evil.example")),
    ],
)  # fmt: skip
def test_endpoint_is_read_from_what_merchants_paste(pasted: str, endpoint: Endpoint) -> None:
    assert normalise_endpoint(pasted) == endpoint


@pytest.mark.parametrize(
    ("pasted", "problem"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("''", "empty"),
        ("salesmanago.pl", "foreign_host"),
        (".salesmanago.pl", "unreadable"),
        ("evilsalesmanago.pl", "foreign_host"),
        ("salesmanago.pl.evil.example", "foreign_host"),
        ("app3.salesmanago.pl.evil.example", "foreign_host"),
        ("app3.salesmanago.es", "foreign_host"),
        ("https://evil.example/app3.salesmanago.pl", "foreign_host"),
        ("https://evil.example?.salesmanago.pl", "foreign_host"),
        ("https://evil.example#.salesmanago.pl", "foreign_host"),
        ("https://evil.example:8080", "foreign_host"),
        ("localhost", "foreign_host"),
        (SANDBOX, "foreign_host"),
        ("https://[::1]/", "foreign_host"),
        ("https://[::ffff:127.0.0.1]:443", "foreign_host"),
        ("https://2130706433", "foreign_host"),
        ("app3.salesmanagо.pl", "foreign_host"),  # a Cyrillic о
        ("app3.ſalesmanago.pl", "foreign_host"),  # a long s, which some readers take for an s
        ("app3。salesmanago.pl", "foreign_host"),  # an ideographic full stop, which IDNA takes for a dot
        ("evil.example／.salesmanago.pl", "foreign_host"),  # a wide slash
        ("https://app3.salesmanago.pl@evil.example", "userinfo"),
        ("https://user:secret@app3.salesmanago.pl", "userinfo"),
        ("https://evil.example\\@app3.salesmanago.pl", "userinfo"),
        ("owner@app3.salesmanago.pl", "userinfo"),
        ("https://evil.example\\.salesmanago.pl", "unreadable"),
        ("https:\\\\app3.salesmanago.pl", "unreadable"),
        ("https://evil.example%2f.salesmanago.pl", "unreadable"),
        ("https://app3 .salesmanago.pl", "unreadable"),
        ("https://app3\n.salesmanago.pl", "unreadable"),
        ("https://app3.salesmanago.pl/\x00", "unreadable"),
        ("https://app3..salesmanago.pl", "unreadable"),
        ("https://-app3.salesmanago.pl", "unreadable"),
        ("https://app3.salesmanago.pl:https", "unreadable"),
        ("https://app3.salesmanago.pl:443:443", "unreadable"),
        ("https://app3.salesmanago.pl:٤٤٣", "unreadable"),  # 443 in Arabic digits
        ("ftp://app3.salesmanago.pl", "unreadable"),
        ("javascript:alert(1)", "unreadable"),
        ("app3.salesmanago.pl/" + "a" * 2000, "unreadable"),
        ("a" * 64 + ".salesmanago.pl", "unreadable"),
        ("a." * 125 + "salesmanago.pl", "unreadable"),
        ("https://app3.salesmanago.pl:8443", "port"),
        ("https://app3.salesmanago.pl:80", "port"),
        ("app3.salesmanago.pl:80", "port"),
        ("app3.salesmanago.pl:0", "port"),
        ("app3.salesmanago.pl:65536", "port"),
    ],
)  # fmt: skip
def test_what_is_no_endpoint_of_salesmanago_is_refused_with_its_problem(pasted: str, problem: str) -> None:
    with pytest.raises(BadEndpoint) as refusal:
        normalise_endpoint(pasted)

    assert refusal.value.problem == problem


@pytest.mark.parametrize(
    ("pasted", "trimmed"),
    [
        (SANDBOX, ""),
        (SANDBOX + "/", ""),
        (SANDBOX + "/api/contact/upsert", "/api/contact/upsert"),
        ("127.0.0.1:8090/api/", "/api/"),
        (" HTTP://127.0.0.1:8090 ", ""),
    ],
)
def test_endpoint_that_the_operator_allows_is_taken_as_written(pasted: str, trimmed: str) -> None:
    endpoint = normalise_endpoint(pasted, extra=[SANDBOX + "/"])

    assert endpoint == Endpoint(url=SANDBOX, upgraded=False, trimmed=trimmed)


@pytest.mark.parametrize(
    ("extra", "pasted", "url"),
    [
        ("http://[::1]:8090", "http://[::1]:8090/", "http://[::1]:8090"),
        ("http://sandbox", "http://sandbox:80/", "http://sandbox"),
        ("https://sandbox.example", "sandbox.example", "https://sandbox.example"),
        ("http://app3.salesmanago.pl", "http://app3.salesmanago.pl", "http://app3.salesmanago.pl"),
        ("http://app3.salesmanago.pl", "app3.salesmanago.pl", "https://app3.salesmanago.pl"),
    ],
)
def test_allowed_endpoint_is_found_by_scheme_host_and_port(extra: str, pasted: str, url: str) -> None:
    assert normalise_endpoint(pasted, extra=[extra]).url == url


@pytest.mark.parametrize(
    "pasted",
    [
        "https://127.0.0.1:8090",
        "http://127.0.0.1:8091",
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.2:8090",
    ],
)
def test_neighbour_of_an_allowed_endpoint_stays_refused(pasted: str) -> None:
    with pytest.raises(BadEndpoint) as refusal:
        normalise_endpoint(pasted, extra=[SANDBOX])

    assert refusal.value.problem == "foreign_host"


@pytest.mark.parametrize(
    "entry", ["127.0.0.1:8090", "", "http://", "ftp://127.0.0.1", "http://u:p@127.0.0.1"]
)
def test_extra_entry_that_is_no_address_is_the_operators_mistake(entry: str) -> None:
    with pytest.raises(ValueError, match="An extra endpoint") as mistake:
        normalise_endpoint("app3.salesmanago.pl", extra=[entry])

    assert not isinstance(mistake.value, BadEndpoint)


WORDS = [
    "http",
    "https",
    "://",
    "443",
    "80",
    "8090",
    "%2e",
    "::1",
    "xn--",
    "app3",
    "salesmanago",
    ".pl",
    ".com",
]
HOSTS = ["manago.ai", ".salesmanago.pl", "evil.example", "127.0.0.1"]
MARKS = list("/\\@:?#.-_[]'\" \t\n\x00\u200b\u212a。ſо")
PIECES = st.lists(st.sampled_from(WORDS + HOSTS + MARKS) | st.text(max_size=3), max_size=9).map("".join)
STARTS = st.sampled_from(
    ["app3.salesmanago.pl", "https://x.manago.ai", "http://a.b.salesmanago.com", SANDBOX]
)


@given(st.text() | PIECES | st.builds("{}{}".format, STARTS, PIECES))
def test_no_text_leads_to_a_host_outside_the_allow_list(text: str) -> None:
    try:
        endpoint = normalise_endpoint(text, extra=[SANDBOX])
    except BadEndpoint:
        return

    assert endpoint.url == SANDBOX or OWN_URL.fullmatch(endpoint.url)


@given(st.builds("{}{}".format, STARTS, PIECES))
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        endpoint = normalise_endpoint(text, extra=[SANDBOX])
    except BadEndpoint:
        return

    again = normalise_endpoint(endpoint.url, extra=[SANDBOX])

    assert again == Endpoint(url=endpoint.url, upgraded=False, trimmed="")
