"""Who is logged in, as the shop's server signs it: believed only where nothing about it is doubtful."""

import base64
import hmac
import json
from datetime import UTC, datetime

import pytest

from ebexo.storefront.remote.identity_token import BadToken, Person, read_token

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FORMER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = int(NOW.timestamp()) + 300
HS256 = {"alg": "HS256", "typ": "JWT"}
NOT_SIGNED = "The token is not signed (HS256) with a signing secret of this store."


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def raw(head: bytes, claims: bytes, *, secret: str = SECRET, hashed: str = "sha256") -> str:
    """A token made by hand, as a shop may: no library of ours is in it."""
    signed = f"{encoded(head)}.{encoded(claims)}"
    return f"{signed}.{encoded(hmac.new(secret.encode(), signed.encode(), hashed).digest())}"


def token(*, secret: str = SECRET, head: object = HS256, **claims: object) -> str:
    return raw(json.dumps(head).encode(), json.dumps({"exp": SOON, **claims}).encode(), secret=secret)


def refusal(written: str, *, secrets: tuple[str, ...] = (SECRET,)) -> str:
    with pytest.raises(BadToken) as raised:
        read_token(written, secrets=secrets, now=NOW)
    return str(raised.value)


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        ({"sub": "10042", "email": "jan@example.com"}, Person("10042", "jan@example.com")),
        ({"sub": " 10042 "}, Person("10042", None)),
        ({"email": "jan@example.com"}, Person(None, "jan@example.com")),
        ({"sub": "", "email": "jan@example.com"}, Person(None, "jan@example.com")),
        ({"sub": "10042", "email": None}, Person("10042", None)),
        ({"sub": None, "email": "jan@example.com"}, Person(None, "jan@example.com")),
        ({"sub": "10042", "name": "Jan", "iat": SOON + 60, "iss": "shop"}, Person("10042", None)),
    ],
)
def test_a_token_names_a_person(claims, person):
    assert read_token(token(**claims), secrets=[SECRET], now=NOW) == person


def test_the_key_is_the_secret_as_it_stands():
    decoded = base64.b64decode(SECRET.removeprefix("whsec_")).hex()

    assert refusal(token(sub="1", secret=decoded)) == NOT_SIGNED
    assert refusal(token(sub="1", secret=SECRET.removeprefix("whsec_"))) == NOT_SIGNED


def test_the_former_secret_holds_as_long_as_it_is_among_the_secrets():
    written = token(sub="1", secret=FORMER)

    assert read_token(written, secrets=[SECRET, FORMER], now=NOW) == Person("1", None)
    assert refusal(written) == NOT_SIGNED


@pytest.mark.parametrize("seconds", [1, 599, 600])
def test_a_token_holds_for_ten_minutes_at_most(seconds):
    end = int(NOW.timestamp()) + seconds

    assert read_token(token(sub="1", exp=end), secrets=[SECRET], now=NOW) == Person("1", None)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": int(NOW.timestamp())}, "The token is over."),
        ({"exp": 0}, "The token is over."),
        ({"exp": -(10**30)}, "The token is over."),
        ({"exp": int(NOW.timestamp()) + 601}, "The token holds for more than 10 minutes."),
        ({"exp": 10**30}, "The token holds for more than 10 minutes."),
        ({"exp": float("inf")}, "The token holds for more than 10 minutes."),
        ({"exp": float("nan")}, "The token is over."),
        ({"exp": str(SOON)}, "“exp” must be a number of seconds since 1970."),
        ({"exp": True}, "“exp” must be a number of seconds since 1970."),
        ({"exp": None}, "The token has no end: “exp” is missing."),
        ({"sub": None}, "The token names nobody: “sub” or “email” is missing."),
        ({"sub": " "}, "The token names nobody: “sub” or “email” is missing."),
        ({"sub": 10042}, "“sub” must be text."),
        ({"sub": "\ud800"}, "“sub” must be text."),
        ({"email": ["jan@example.com"]}, "“email” must be text."),
        ({"nbf": 10**12}, "The token does not hold yet (“nbf”)."),
        ({"nbf": float("inf")}, NOT_SIGNED),
        ({"aud": "somebody-else"}, "The token is meant for somebody else (“aud”)."),
    ],
)
def test_a_doubtful_claim_is_refused_and_named(claims, said):
    assert refusal(token(**{"sub": "1", **claims})) == said


@pytest.mark.parametrize(
    "head",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS512"},
        {"alg": "RS256"},
        {"typ": "JWT"},
        {**HS256, "crit": ["exp"]},
        {**HS256, "b64": False},
        [],
        "HS256",
    ],
)
def test_only_hs256_is_believed(head):
    assert refusal(token(sub="1", head=head)) == NOT_SIGNED


def test_a_token_without_a_signature_is_not_believed():
    head, claims, _signature = token(sub="1", head={"alg": "none"}).split(".")

    assert [refusal(f"{head}.{claims}."), refusal(f"{head}.{claims}")] == [NOT_SIGNED] * 2


def test_a_signature_of_another_hash_is_not_believed():
    claims = json.dumps({"sub": "1", "exp": SOON}).encode()

    assert refusal(raw(json.dumps({"alg": "HS512"}).encode(), claims, hashed="sha512")) == NOT_SIGNED


def test_a_changed_claim_is_not_believed():
    head, _claims, signature = token(sub="1").split(".")
    other = encoded(json.dumps({"sub": "2", "exp": SOON}).encode())

    assert refusal(f"{head}.{other}.{signature}") == NOT_SIGNED


@pytest.mark.parametrize(
    "written",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "ż.ż.ż",
        "\ud800",
        "\x00",
        "e30.e30.e30",
        encoded(b"[" * 5000) + ".e30.e30",
    ],
)
def test_what_is_no_token_is_refused(written):
    assert refusal(written) == NOT_SIGNED


@pytest.mark.parametrize("claims", [b"[" * 5000, b"[]", b'"sub"', b"1" * 5000, b"\xff", b"", b"{"])
def test_what_is_signed_but_holds_no_claims_is_refused(claims):
    assert refusal(raw(json.dumps(HS256).encode(), claims)) == NOT_SIGNED
