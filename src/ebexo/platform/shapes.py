"""What a platform sends and is answered, as the schema describes it. The names are those of `ebexo store create`."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

Text = Annotated[str, Field(pattern="^[^\\u0000]*$", max_length=1000)]


class Advanced(Schema):
    """Advanced settings, by their names in `--set`. What is left out keeps its default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    location: Text | None = None
    shop_domain: Text | None = None
    country: Text | None = Field(None, examples=["PL"])
    language: Text | None = Field(None, examples=["pl"])
    time_zone: Text | None = Field(None, examples=["Europe/Warsaw"])
    product_id: Literal["id", "sku", "variant"] | None = None
    purchase_counts: Literal["placed", "paid"] | None = None
    tags: dict[str, list[Text]] | None = Field(None, description="by trigger")
    ignored_domains: list[Text] | None = None
    rate: int | None = Field(None, description="calls a second")
    in_doubt: Literal["hold", "repeat"] | None = None
    doi_email_id: Text | None = None
    doi_language: Text | None = None
    dry_run: bool | None = None
    load_always: bool | None = None


class StoreToOpen(Schema):
    """A store, and as many of its SALESmanago settings as are known already."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(pattern="^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$", max_length=200)]
    email: Text | None = Field(None, description="login of the SALESmanago account (the owner)")
    client_id: Text | None = None
    api_secret: Text | None = Field(None, description="kept encrypted, and never shown again")
    endpoint: Text | None = Field(None, examples=["app3.salesmanago.pl"])
    mode: Literal["automatic", "consent", "double-opt-in"] | None = None
    consent: Text | None = Field(None, description="code of the consent on which people are sent")
    active: bool | None = None
    advanced: Advanced | None = None


class Callbacks(Schema):
    """The addresses to paste into SALESmanago."""

    opt_in: str
    opt_out: str


class Checked(Schema):
    """How the connection to SALESmanago is."""

    ok: bool
    problem: str | None = Field(examples=["client_id"])
    sentence: str = Field(description="what is wrong, and what the merchant does about it")


class Opened(Schema):
    """A store with its keys, which are shown this once."""

    store: str = Field(examples=["store-1a2b3c4d5e"])
    api_key: str = Field(examples=["ek_…"])
    public_key: str = Field(examples=["pk_…"])
    signing_secret: str = Field(examples=["whsec_…"])
    callbacks: Callbacks
    check: Checked


class PanelLink(Schema):
    """An address that opens the settings of the store, once."""

    url: str
    expires_at: datetime
