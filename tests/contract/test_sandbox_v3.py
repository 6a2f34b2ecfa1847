"""API v3 of the sandbox: product catalogs, products and collections, by raw HTTP."""

import http.client
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from salesmanago_sandbox.accounts import DEFAULT_ACCOUNT
from salesmanago_sandbox.catalogs import Catalog, Collection
from salesmanago_sandbox.sandbox import Sandbox
from salesmanago_sandbox.state import StateFile

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

KEY = "sandbox-v3-key"
CATALOG = {"name": "Shop", "setAsDefault": True, "currency": "PLN", "location": "shop_1"}
CHAIR = {
    "productId": "P-100",
    "name": "Krzesło Olcha",
    "mainCategory": "Krzesła",
    "categoryExternalId": 17,
    "categories": ["Meble", "Salon"],
    "description": "Krzesło z drewna olchowego",
    "productUrl": "https://shop.example/p/P-100",
    "mainImageUrl": "https://shop.example/img/P-100.jpg",
    "imageUrls": ["https://shop.example/img/P-100-2.jpg"],
    "available": True,
    "active": True,
    "quantity": 14,
    "price": 199.0,
    "discountPrice": 179,
    "systemDetails": {"brand": "Olcha", "gender": -1, "popularity": 3, "newProduct": False},
    "customDetails": {"detail1": "oak"},
}
STORED = {**CHAIR, "categoryExternalId": "17"}
AUTHENTICATION_FAILED = {"reasonCode": 10, "messages": ["Authentication failed"]}


class Api:
    """`call` gives the HTTP status and the answer."""

    def __init__(self, sandbox: "RunningSandbox") -> None:
        self.sandbox = sandbox

    def call(
        self, method: str, body: Any = None, *, verb: str = "POST", key: str | None = KEY
    ) -> tuple[int, Any]:
        text = body if isinstance(body, str | None) else json.dumps(body)
        connection = http.client.HTTPConnection(*self.sandbox.address, timeout=5)
        try:
            connection.request(verb, f"/v3/product/{method}", text, {} if key is None else {"API-KEY": key})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def problems(self, method: str, body: Any) -> list[tuple[int, str]]:
        """Of a request that is refused: reason, and the message up to its words."""
        status, answer = self.call(method, body)
        assert (status, sorted(answer)) == (400, ["problems", "requestId"])
        return [(each["reasonCode"], each["message"].rpartition("|")[0]) for each in answer["problems"]]

    def catalog(self, **changes: Any) -> str:
        status, answer = self.call("catalogUpsert", {**CATALOG, **changes})
        assert status == 200
        return str(answer["catalogId"])

    def upsert(self, catalog_id: str, *products: Any) -> tuple[int, Any]:
        return self.call("upsert", {"catalogId": catalog_id, "products": products})

    def products(self) -> Any:
        (catalog,) = self.sandbox.get("/_sandbox/catalogs")["catalogs"]
        return catalog["products"]


@pytest.fixture
def api(sandbox: "RunningSandbox") -> Api:
    return Api(sandbox)


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_wrong_key_is_refused(api: Api, key: str | None) -> None:
    assert api.call("catalogList", verb="GET", key=key) == (400, AUTHENTICATION_FAILED)


def test_key_of_an_inactive_account_is_refused(api: Api) -> None:
    api.sandbox.post("/_sandbox/accounts", {"clientId": "sandbox-client", "active": False})

    assert api.call("catalogList", verb="GET") == (400, AUTHENTICATION_FAILED)


def test_accounts_have_their_own_keys_and_catalogs(api: Api) -> None:
    account = {"clientId": "shop-2", "apiSecret": "secret-2", "owners": ["a@b.example"]}
    taken = api.sandbox.post("/_sandbox/accounts", {**account, "v3Key": KEY})
    created = api.sandbox.post("/_sandbox/accounts", {**account, "v3Key": "key-2"})
    kept = api.sandbox.post("/_sandbox/accounts", {"clientId": "shop-2", "active": True})
    api.catalog()

    status, answer = api.call("catalogList", verb="GET", key="key-2")

    assert (taken.status, "'v3Key'" in taken.json["problem"]) == (400, True)
    assert (created.json["v3Key"], kept.json["v3Key"]) == ("key-2", "key-2")
    assert (status, answer["catalogs"]) == (200, [])


@pytest.mark.parametrize("body", ["", "{", "[]"])
def test_body_that_is_no_json_object_is_a_wrong_type(api: Api, body: str) -> None:
    status, answer = api.call("upsert", body)

    assert (status, answer["reasonCode"], answer["messages"][0].split("|")[0]) == (400, 14, "body:object")


@pytest.mark.parametrize(("verb", "method", "status"), [("POST", "list", 404), ("POST", "catalogList", 405)])
def test_unknown_method_or_verb_is_refused(api: Api, verb: str, method: str, status: int) -> None:
    assert api.call(method, {}, verb=verb)[0] == status


def test_catalog_is_created_changed_listed_and_deleted(api: Api) -> None:
    first = api.catalog()
    second = api.catalog(name="Outlet")
    changed = api.catalog(name="Sale", catalogId=first, setAsDefault=False)

    status, listed = api.call("catalogList", verb="GET")
    deleted = api.call("catalogDelete", {"catalogId": first})[0]

    assert changed == first
    assert (status, listed["catalogs"], listed["limits"]) == (
        200,
        [
            {**CATALOG, "catalogId": first, "name": "Sale", "setAsDefault": False},
            {**CATALOG, "catalogId": second, "name": "Outlet"},
        ],
        {"max": 10},
    )
    assert deleted == 200
    (left,) = api.call("catalogList", verb="GET")[1]["catalogs"]
    assert left["catalogId"] == second


def test_only_the_last_default_catalog_is_the_default(api: Api) -> None:
    api.catalog()
    api.catalog(name="Outlet")

    catalogs = api.call("catalogList", verb="GET")[1]["catalogs"]

    assert [catalog["setAsDefault"] for catalog in catalogs] == [False, True]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"name": ""}, [(13, "name")]),
        ({"name": None}, [(17, "name")]),
        ({"name": 7}, [(14, "name:string")]),
        ({"currency": "zł"}, [(18, "currency")]),
        ({"currency": "złote"}, [(11, "currency|min:0|max:3")]),
        ({"location": "shop 1", "setAsDefault": "yes"}, [(18, "location"), (14, "setAsDefault:boolean")]),
        ({"catalogId": "unknown"}, [(16, "catalogId")]),
        ({"name": "Outlet"}, [(15, "name")]),
    ],
)
def test_wrong_catalog_is_refused(api: Api, changes: dict[str, Any], problems: list[tuple[int, str]]) -> None:
    api.catalog(name="Outlet")

    assert api.problems("catalogUpsert", {**CATALOG, **changes}) == problems
    assert len(api.sandbox.get("/_sandbox/catalogs")["catalogs"]) == 1


def test_there_is_room_for_ten_catalogs(api: Api) -> None:
    for number in range(10):
        api.catalog(name=f"Shop {number}")

    assert api.problems("catalogUpsert", CATALOG) == [(19, "catalogs")]


def test_products_are_stored_and_shown_backstage(api: Api) -> None:
    catalog_id = api.catalog()

    status, answer = api.upsert(catalog_id, CHAIR, {"productId": "P-200", "name": "Stół"})

    assert (status, list(answer)) == (200, ["requestId"])
    assert api.sandbox.get("/_sandbox/catalogs") == {
        "catalogs": [
            {
                "clientId": "sandbox-client",
                "catalogId": catalog_id,
                **CATALOG,
                "products": [STORED, {"productId": "P-200", "name": "Stół"}],
                "collections": [],
            }
        ]
    }


def test_later_upsert_changes_what_is_given_and_clears_what_is_named(api: Api) -> None:
    catalog_id = api.catalog()
    api.upsert(catalog_id, CHAIR)

    api.upsert(
        catalog_id,
        {
            "productId": "P-100",
            "name": "Krzesło",
            "price": None,
            "systemDetails": {"color": "red"},
            "setAsNull": ["discountPrice", "detail1", "popularity"],
        },
    )

    details = {"brand": "Olcha", "gender": -1, "newProduct": False, "color": "red"}
    expected = {
        **STORED,
        "name": "Krzesło",
        "systemDetails": details,
    }
    del expected["discountPrice"], expected["customDetails"]
    assert api.products() == [expected]


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"productId": "P" * 33}, [(11, "products[0].productId|min:0|max:32")]),
        ({"productId": 100}, [(14, "products[0].productId:string")]),
        ({"name": None}, [(17, "products[0].name")]),
        ({"setAsNull": ["name"]}, [(17, "products[0].name")]),
        ({"price": "199"}, [(14, "products[0].price:number")]),
        ({"price": -1}, [(11, "products[0].price|min:0|max:99999999999999999.99")]),
        ({"quantity": 1.5}, [(14, "products[0].quantity:integer")]),
        ({"quantity": True}, [(14, "products[0].quantity:integer")]),
        ({"active": 1}, [(14, "products[0].active:boolean")]),
        ({"categories": ["a"] * 6}, [(11, "products[0].categories|min:0|max:5")]),
        ({"categories": ["a", 7]}, [(14, "products[0].categories[1]:string")]),
        ({"productUrl": "shop.example/p"}, [(18, "products[0].productUrl")]),
        ({"imageUrls": ["https://a.example/x", "no"]}, [(18, "products[0].imageUrls[1]")]),
        ({"systemDetails": {"gender": 5}}, [(11, "products[0].systemDetails.gender|min:-1|max:4")]),
        ({"customDetails": []}, [(14, "products[0].customDetails:object")]),
    ],
)
def test_wrong_field_is_named_with_its_item(
    api: Api, changes: dict[str, Any], problems: list[tuple[int, str]]
) -> None:
    catalog_id = api.catalog()

    assert api.problems("upsert", {"catalogId": catalog_id, "products": [{**CHAIR, **changes}]}) == problems
    assert api.products() == []


def test_problems_of_all_items_are_told_and_nothing_is_stored(api: Api) -> None:
    products = [CHAIR, {"productId": "P-200"}, CHAIR, "P-300"]

    problems = api.problems("upsert", {"catalogId": api.catalog(), "products": products})

    assert problems == [
        (13, "products[1].name"),
        (15, "products[2].productId"),
        (14, "products[3]:object"),
    ]
    assert api.products() == []


def test_right_products_are_stored_beside_wrong_ones_where_switched(api: Api) -> None:
    api.sandbox.post("/_sandbox/switches", {"product_problems": "keep_others"})

    problems = api.problems("upsert", {"catalogId": api.catalog(), "products": [{"productId": "P-1"}, CHAIR]})

    assert problems == [(13, "products[0].name")]
    assert api.products() == [STORED]
    assert api.sandbox.get("/_sandbox/requests")["requests"][-1]["applied"] is True


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, [(13, "catalogId")]),
        ({"catalogId": "unknown", "products": [CHAIR]}, [(16, "catalogId")]),
        ({"products": []}, [(11, "products|min:1|max:100")]),
        ({"products": [CHAIR] * 101}, [(11, "products|min:1|max:100")]),
        ({"products": {"productId": "P-1"}}, [(14, "products:array")]),
    ],
)
def test_request_without_usable_products_is_refused(
    api: Api, body: dict[str, Any], problems: list[tuple[int, str]]
) -> None:
    known = {"catalogId": api.catalog()} if "products" in body else {}

    assert api.problems("upsert", {**known, **body}) == problems


def test_trimmed_values_are_a_warning(api: Api) -> None:
    status, answer = api.upsert(api.catalog(), {"productId": "P-1", "name": "n" * 256, "price": 9.999})

    assert status == 200
    assert answer["problems"] == [
        {"reasonCode": 12, "message": "products[0].name|max:255|Value was trimmed"},
        {"reasonCode": 12, "message": "products[0].price|max:99999999999999999.99|Value was trimmed"},
    ]
    assert api.products() == [{"productId": "P-1", "name": "n" * 255, "price": 10.0}]
    assert [finding["code"] for finding in api.sandbox.get("/_sandbox/findings")["findings"]] == [
        "cut",
        "rounded",
    ]


def test_long_values_are_refused_where_switched(api: Api) -> None:
    api.sandbox.post("/_sandbox/switches", {"long_values": "reject"})
    product = {"productId": "P-1", "name": "n" * 256, "price": 9.999}

    problems = api.problems("upsert", {"catalogId": api.catalog(), "products": [product]})

    assert [reason for reason, _ in problems] == [11, 11]


def test_unknown_fields_are_noted(api: Api) -> None:
    product = {
        "productId": "P-1",
        "name": "n",
        "sku": 1,
        "setAsNull": ["sku"],
        "systemDetails": {"size": "L"},
    }

    api.upsert(api.catalog(), product)

    sentence = "The field products[0].{} is not known and was ignored."
    assert [warning["what"] for warning in api.sandbox.get("/_sandbox/warnings")["warnings"]] == [
        sentence.format("systemDetails.size"),
        sentence.format("setAsNull.sku"),
        sentence.format("sku"),
    ]
    assert api.products() == [{"productId": "P-1", "name": "n"}]


def test_products_are_seen_after_the_delay(api: Api) -> None:
    catalog_id = api.catalog()
    api.sandbox.post("/_sandbox/switches", {"async_delay": 3600})

    status = api.upsert(catalog_id, CHAIR)[0]

    assert (status, api.products()) == (200, [])


def test_quantity_and_price_are_updated_alone(api: Api) -> None:
    catalog_id = api.catalog()
    api.upsert(catalog_id, CHAIR)
    quantity = {"productId": "P-100", "quantity": 0}
    price = {"productId": "P-100", "price": 149.5, "discountPrice": 99}

    first = api.call("updateQuantity", {"catalogId": catalog_id, "products": [quantity]})[0]
    second = api.call("updatePrice", {"catalogId": catalog_id, "products": [price]})[0]

    assert (first, second) == (200, 200)
    assert api.products() == [{**STORED, **quantity, **price}]


@pytest.mark.parametrize(
    ("method", "product", "problem"),
    [
        ("updateQuantity", {"productId": "P-9", "quantity": 1}, (16, "products[0].productId")),
        ("updateQuantity", {"productId": "P-100"}, (13, "products[0].quantity")),
        ("updatePrice", {"productId": "P-100", "discountPrice": 1}, (13, "products[0].price")),
        ("updatePrice", {"price": 1}, (13, "products[0].productId")),
    ],
)
def test_wrong_update_is_refused(
    api: Api, method: str, product: dict[str, Any], problem: tuple[int, str]
) -> None:
    catalog_id = api.catalog()
    api.upsert(catalog_id, CHAIR)

    assert api.problems(method, {"catalogId": catalog_id, "products": [product]}) == [problem]


def test_collection_keeps_products_of_contacts(api: Api) -> None:
    contact_id = api.sandbox.upsert("jan@example.com", forceOptOut=True)["contactId"]
    catalog_id = api.catalog()
    created = api.call("collection/add", {"catalogId": catalog_id, "name": "Wishes"})[1]
    named = {"collectionUUID": created["collectionUUID"]}

    def change(verb: str, *ids: str) -> Any:
        data = [{"contactId": contact_id, "productIds": ids}]
        return api.call(f"collection/products/{verb}", {**named, "data": data})[1]["success"]

    added = change("add", "P-1", "P-2"), change("add", "P-2", "P-3")
    removed = change("delete", "P-1")
    held = api.call("collection/contact/products", {**named, "contactId": contact_id})[1]["products"]
    listed = api.call("collection/list", verb="GET")[1]
    (shown,) = api.sandbox.get("/_sandbox/catalogs")["catalogs"]
    deleted = api.call("collection/delete", named)[1]["success"]

    assert (added, removed, deleted) == ((True, True), True, True)
    assert held == ["P-2", "P-3"]
    collection = {"collectionId": named["collectionUUID"], "name": "Wishes"}
    assert (listed["collections"], listed["limits"]) == ([collection], {"max": 10})
    data = [{"contactId": contact_id, "productIds": ["P-2", "P-3"]}]
    assert shown["collections"] == [{**collection, "data": data}]
    assert api.call("collection/list", verb="GET")[1]["collections"] == []


def test_wrong_collection_requests_are_refused(api: Api) -> None:
    catalog_id = api.catalog()
    wishes = {"catalogId": catalog_id, "name": "Wishes"}
    named = {"collectionUUID": api.call("collection/add", wishes)[1]["collectionUUID"]}
    data = [{"contactId": "unknown", "productIds": ["P-1"]}, {"contactId": "unknown"}]

    assert api.problems("collection/add", wishes) == [(15, "name")]
    assert api.problems("collection/add", {**wishes, "name": None}) == [(17, "name")]
    assert api.problems("collection/delete", {"collectionUUID": "unknown"}) == [(16, "collectionUUID")]
    assert api.problems("collection/products/add", named) == [(13, "data")]
    assert api.problems("collection/products/add", {**named, "data": data}) == [
        (16, "data[0].contactId"),
        (16, "data[1].contactId"),
        (13, "data[1].productIds"),
    ]
    assert api.problems("collection/contact/products", named) == [(13, "contactId")]


def test_erased_contact_and_deleted_catalog_leave_nothing_in_collections(api: Api) -> None:
    contact_id = api.sandbox.upsert("jan@example.com", forceOptOut=True)["contactId"]
    catalog_id = api.catalog()
    wishes = {"catalogId": catalog_id, "name": "Wishes"}
    named = {"collectionUUID": api.call("collection/add", wishes)[1]["collectionUUID"]}
    data = [{"contactId": contact_id, "productIds": ["P-1"]}]
    api.call("collection/products/add", {**named, "data": data})

    api.sandbox.call("contact/delete", email="jan@example.com", permanently=True)
    (catalog,) = api.sandbox.get("/_sandbox/catalogs")["catalogs"]
    api.call("catalogDelete", {"catalogId": catalog_id})

    assert catalog["collections"][0]["data"] == []
    assert api.call("collection/list", verb="GET")[1]["collections"] == []


def test_requests_are_in_the_journal(api: Api) -> None:
    status, answer = api.call("catalogUpsert", CATALOG)
    api.call("catalogUpsert", CATALOG)
    api.call("catalogList", verb="GET", key=None)

    first, refused, stranger = api.sandbox.get("/_sandbox/requests")["requests"]

    assert {**first, "at": None} == {
        "at": None,
        "method": "POST",
        "path": "/v3/product/catalogUpsert",
        "body": CATALOG,
        "status": status,
        "answer": answer,
        "fault": None,
        "applied": True,
    }
    assert (refused["status"], refused["applied"]) == (400, False)
    assert (stranger["body"], stranger["answer"]) == (None, AUTHENTICATION_FAILED)


def test_faults_strike_by_path(api: Api) -> None:
    catalog_id = api.catalog()
    for fault in ("owner_inactive", "no_contact_id", "html"):
        api.sandbox.order_fault(fault, path="/v3/product/upsert", times=1)
    api.sandbox.order_fault("status", path="/api/")
    body = json.dumps({"catalogId": catalog_id, "products": [CHAIR]})
    connection = http.client.HTTPConnection(*api.sandbox.address, timeout=5)
    connection.request("POST", "/v3/product/upsert", body, {"API-KEY": KEY})

    struck = connection.getresponse()
    kind = struck.getheader("Content-Type")
    connection.close()

    assert (struck.status, kind) == (502, "text/html; charset=utf-8")
    assert api.products() == []
    assert api.upsert(catalog_id, CHAIR)[0] == 200


def test_lost_answer_leaves_the_product_stored(api: Api) -> None:
    catalog_id = api.catalog()
    api.sandbox.order_fault("reset_after", path="/v3/", times=1)

    with pytest.raises(ConnectionError):
        api.upsert(catalog_id, CHAIR)

    assert api.products() == [STORED]


def test_too_many_requests_are_held_back(api: Api) -> None:
    api.sandbox.post("/_sandbox/switches", {"requests_per_second": 1})

    statuses = [api.call("catalogList", verb="GET")[0] for _ in range(5)]

    assert statuses[0] == 200
    assert 429 in statuses


def test_state_file_keeps_catalogs_and_collections(tmp_path: Path) -> None:
    before, after = Sandbox(), Sandbox()
    catalog = Catalog(
        "sandbox-client", "c-1", "Shop", "PLN", "shop_1", is_default=True, products={"P-100": STORED}
    )
    collection = Collection("sandbox-client", "l-1", "c-1", "Wishes", products={"contact-1": ["P-100"]})
    before.catalogs.add(catalog)
    before.catalogs.add_collection(collection)
    StateFile(tmp_path / "state.json", before).write()

    StateFile(tmp_path / "state.json", after).read()

    assert (after.catalogs.catalogs, after.catalogs.collections) == ([catalog], [collection])


def test_state_file_from_before_api_v3_gives_the_default_account_its_key(tmp_path: Path) -> None:
    account = {"client_id": "sandbox-client", "api_secret": "changed", "owners": ["a@b.example"]}
    (tmp_path / "state.json").write_text(json.dumps({"accounts": [account]}))
    sandbox = Sandbox()

    StateFile(tmp_path / "state.json", sandbox).read()

    assert sandbox.accounts["sandbox-client"].v3_key == DEFAULT_ACCOUNT.v3_key
    assert sandbox.catalogs.catalogs == []
