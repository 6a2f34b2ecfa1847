"""Page views told by the monitoring script."""

from dataclasses import dataclass

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import iso


@dataclass(frozen=True)
class Visit:
    """`client` is the contact id from the `smclient` cookie, None for an unknown visitor."""

    at: int
    smid: str | None
    client: str | None
    uuid: str | None
    uri: str | None

    def described(self) -> JsonObject:
        return {
            "at": iso(self.at),
            "smid": self.smid,
            "client": self.client,
            "uuid": self.uuid,
            "uri": self.uri,
        }
