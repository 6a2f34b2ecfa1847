from salesmanago import Credentials, auth_block

CREDENTIALS = Credentials(client_id="democlient01", api_secret="demo-secret-0001", owner="owner@shop.example")


def test_auth_block_is_signed_as_salesmanago_documents_it() -> None:
    block = auth_block(CREDENTIALS, now_ms=1767261600000, api_key="demo-api-key-0001")

    assert block == {
        "clientId": "democlient01",
        "apiKey": "demo-api-key-0001",
        "requestTime": 1767261600000,
        "sha": "c8099d4bf25943934bf835328906e55ae5193608",
        "owner": "owner@shop.example",
    }


def test_auth_block_without_an_owner_leaves_the_field_out() -> None:
    nobody = Credentials(client_id="democlient01", api_secret="demo-secret-0001", owner="")

    block = auth_block(nobody, now_ms=1767261600000, api_key="demo-api-key-0001")

    assert sorted(block) == ["apiKey", "clientId", "requestTime", "sha"]


def test_secret_that_utf8_cannot_carry_is_signed_without_an_error_that_shows_it() -> None:
    odd = Credentials(client_id="democlient01", api_secret="a\ud800b", owner="")
    plain = Credentials(client_id="democlient01", api_secret="a?b", owner="")

    signed = auth_block(odd, now_ms=0, api_key="k")

    assert signed == auth_block(plain, now_ms=0, api_key="k")


def test_secret_is_not_in_the_repr_of_credentials() -> None:
    shown = repr(CREDENTIALS)

    assert shown == "Credentials(client_id='democlient01', owner='owner@shop.example')"
