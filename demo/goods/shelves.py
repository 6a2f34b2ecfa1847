"""Puts the assortment into Oscar's catalogue. What is there already stays as the staff left it."""

from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.core.loading import get_model

from demo.goods.assortment import Category, Item, Size
from demo.goods.drawings import DRAWINGS

FOLDER = "images/olcha"
SIZE_ATTRIBUTE = "rozmiar"


def draw(drawing: str) -> str:
    """The name of the picture in the media folder, drawn if it is not there yet."""
    name = f"{FOLDER}/{drawing}.webp"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(DRAWINGS[drawing]().webp()))
    return name


def put_category(category: Category) -> None:
    row = create_from_breadcrumbs(category.name)
    if not row.image:
        row.description = category.description
        row.image = draw(category.drawing)
        row.save()


def put_item(item: Item) -> None:
    product = _model("catalogue", "Product").filter(upc=item.code).first() or _new_product(item)
    picture = draw(item.drawing)
    if not product.images.exists():
        product.images.create(original=picture)


def _new_product(item: Item) -> Any:
    product = _model("catalogue", "Product").create(
        structure="parent" if item.sizes else "standalone",
        product_class=_product_class(item),
        upc=item.code,
        title=item.name,
        description=f"<p>{item.description}</p>",
    )
    product.categories.add(create_from_breadcrumbs(item.category))
    if not item.sizes:
        _price(product, code=item.code, price=item.price, stock=item.stock)
    # Oscar lists the newest first, and the first size listed names the lowest price.
    for size in reversed(item.sizes):
        _new_child(product, item=item, size=size)
    return product


def _new_child(parent: Any, *, item: Item, size: Size) -> None:
    child = _model("catalogue", "Product").create(
        structure="child", parent=parent, upc=size.code, title=f"{item.name} {size.name}"
    )
    child.attr.rozmiar = size.name
    child.save()
    _price(child, code=size.code, price=size.price, stock=item.stock)


def _product_class(item: Item) -> Any:
    name = "Artykuł w kilku rozmiarach" if item.sizes else "Artykuł"
    product_class, _is_new = _model("catalogue", "ProductClass").get_or_create(name=name)
    if item.sizes:
        product_class.attributes.get_or_create(
            code=SIZE_ATTRIBUTE, defaults={"name": "Rozmiar", "type": "text", "required": False}
        )
    return product_class


def _price(product: Any, *, code: str, price: Decimal, stock: int) -> None:
    partner, _is_new = _model("partner", "Partner").get_or_create(code="olcha", defaults={"name": "Olcha"})
    product.stockrecords.create(partner=partner, partner_sku=code, price=price, num_in_stock=stock)


def _model(app: str, name: str) -> Any:
    return get_model(app, name).objects
