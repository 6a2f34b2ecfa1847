"""Products: the whole of them, or their quantity or price alone. SALESmanago cannot be asked for them."""

from collections.abc import Callable

from salesmanago_sandbox.catalogs import Catalog
from salesmanago_sandbox.replies import Reply
from salesmanago_sandbox.v3.fields import Fields
from salesmanago_sandbox.v3.finding import LONGEST_PRODUCT_ID, named_catalog
from salesmanago_sandbox.v3.method import Call, Method, accepted
from salesmanago_sandbox.v3.problems import Problem, ProblemsError, not_unique, unknown_id
from salesmanago_sandbox.v3.product_fields import ProductChange, read_product

MOST_PRODUCTS = 100

Read = Callable[[Fields], ProductChange]


def writing(read: Read, *, creates: bool) -> Callable[[Call], Reply]:
    """The answer comes at once; the products may be seen a while later, as the switches say."""

    def carry_out(call: Call) -> Reply:
        fields = Fields(call.body, call=call, problems=[])
        catalog = named_catalog(call, fields)
        items = fields.items("products", least=1, most=MOST_PRODUCTS, needed=True)
        if items is None:
            raise ProblemsError(fields.problems)
        changes, problems = _changes(call, catalog, items, read, creates=creates)
        if problems and call.switches.product_problems == "refuse_all":
            raise ProblemsError(problems)
        call.sandbox.later.do(call.switches.async_delay, lambda: _write(call, catalog, changes))
        if problems:
            call.entry.applied = bool(changes)
            raise ProblemsError(problems)
        return accepted(call)

    return carry_out


def quantity_in(item: Fields) -> ProductChange:
    return _change(item, {"quantity": item.whole("quantity", needed=True)})


def price_in(item: Fields) -> ProductChange:
    price = item.money("price", needed=True)
    return _change(item, {"price": price, "discountPrice": item.money("discountPrice")})


def _change(item: Fields, values: dict[str, int | float | None]) -> ProductChange:
    product_id = item.text("productId", limit=LONGEST_PRODUCT_ID, needed=True, cuts=False) or ""
    item.warn_of_others()
    given = {name: value for name, value in values.items() if value is not None}
    return ProductChange(product_id=product_id, fields=given)


def _changes(
    call: Call, catalog: Catalog, items: list[object], read: Read, *, creates: bool
) -> tuple[list[ProductChange], list[Problem]]:
    """Those without a problem, and the problems of the others."""
    changes: dict[str, ProductChange] = {}
    problems: list[Problem] = []
    for number, values in enumerate(items):
        item = Fields(values, call=call, problems=[], within=f"products[{number}]")
        change = read(item) if isinstance(values, dict) else None
        if change is not None and change.product_id in changes:
            item.problems.append(not_unique(item.path("productId")))
        if (
            change is not None
            and change.product_id
            and not creates
            and change.product_id not in catalog.products
        ):
            item.problems.append(unknown_id(item.path("productId")))
        if change is not None and not item.problems:
            changes[change.product_id] = change
        problems.extend(item.problems)
    return list(changes.values()), problems


def _write(call: Call, catalog: Catalog, changes: list[ProductChange]) -> None:
    for change in changes:
        catalog.products[change.product_id] = change.of(catalog.products.get(change.product_id, {}))
    call.sandbox.changed()


METHODS = (
    Method("product/upsert", writing(read_product, creates=True)),
    Method("product/updateQuantity", writing(quantity_in, creates=False)),
    Method("product/updatePrice", writing(price_in, creates=False)),
)
