"""Product catalogs and collections, and how they are found again."""

from dataclasses import dataclass, field

from salesmanago_sandbox.json_text import JsonObject


@dataclass
class Catalog:
    """`products` are keyed by `productId`; their fields have the names used on the wire."""

    client_id: str
    catalog_id: str
    name: str
    currency: str
    location: str
    is_default: bool = False
    products: dict[str, JsonObject] = field(default_factory=dict)

    def listed(self) -> JsonObject:
        """The catalog as `catalogList` answers it, without its products."""
        return {
            "catalogId": self.catalog_id,
            "name": self.name,
            "setAsDefault": self.is_default,
            "currency": self.currency,
            "location": self.location,
        }

    def described(self, collections: "list[Collection]") -> JsonObject:
        """The catalog as the backstage shows it."""
        return {
            "clientId": self.client_id,
            **self.listed(),
            "products": list(self.products.values()),
            "collections": [collection.described() for collection in collections],
        }


@dataclass
class Collection:
    """Products of one catalog that belong to contacts; `products` has product ids by contact id."""

    client_id: str
    collection_id: str
    catalog_id: str
    name: str
    products: dict[str, list[str]] = field(default_factory=dict)

    def listed(self) -> JsonObject:
        return {"collectionId": self.collection_id, "name": self.name}

    def described(self) -> JsonObject:
        data = [{"contactId": known, "productIds": list(ids)} for known, ids in self.products.items()]
        return {**self.listed(), "data": data}


class CatalogBook:
    """All catalogs and collections of all accounts, first created first."""

    def __init__(self) -> None:
        self._catalogs: dict[tuple[str, str], Catalog] = {}
        self._collections: dict[tuple[str, str], Collection] = {}

    @property
    def catalogs(self) -> list[Catalog]:
        return list(self._catalogs.values())

    @property
    def collections(self) -> list[Collection]:
        return list(self._collections.values())

    def add(self, catalog: Catalog) -> None:
        self._catalogs[catalog.client_id, catalog.catalog_id] = catalog

    def add_collection(self, collection: Collection) -> None:
        self._collections[collection.client_id, collection.collection_id] = collection

    def by_id(self, client_id: str, catalog_id: str) -> Catalog | None:
        return self._catalogs.get((client_id, catalog_id))

    def collection(self, client_id: str, collection_id: str) -> Collection | None:
        return self._collections.get((client_id, collection_id))

    def of_account(self, client_id: str) -> list[Catalog]:
        return [catalog for catalog in self.catalogs if catalog.client_id == client_id]

    def collections_of(self, client_id: str) -> list[Collection]:
        return [collection for collection in self.collections if collection.client_id == client_id]

    def collections_in(self, catalog: Catalog) -> list[Collection]:
        own = self.collections_of(catalog.client_id)
        return [collection for collection in own if collection.catalog_id == catalog.catalog_id]

    def remove(self, catalog: Catalog) -> None:
        """With its products and collections."""
        for collection in self.collections_in(catalog):
            self.remove_collection(collection)
        del self._catalogs[catalog.client_id, catalog.catalog_id]

    def remove_collection(self, collection: Collection) -> None:
        del self._collections[collection.client_id, collection.collection_id]

    def forget_contact(self, client_id: str, contact_id: str) -> None:
        for collection in self.collections_of(client_id):
            collection.products.pop(contact_id, None)

    def restore(self, *, catalogs: list[Catalog], collections: list[Collection]) -> None:
        for catalog in catalogs:
            self.add(catalog)
        for collection in collections:
            self.add_collection(collection)
