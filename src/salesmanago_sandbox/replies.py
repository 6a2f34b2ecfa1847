"""What is answered to a call on the vendor's API."""

from dataclasses import dataclass, field
from typing import Any

from salesmanago_sandbox.json_text import JsonObject, written


@dataclass(frozen=True)
class Reply:
    """`content` is a JSON object, or a text that is sent as it is."""

    status: int
    content: JsonObject | str
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else written(self.content)

    def __getitem__(self, name: str) -> Any:
        """A field of the JSON object."""
        return self.content[name] if isinstance(self.content, dict) else None

    @property
    def succeeded(self) -> bool:
        return isinstance(self.content, dict) and self.content.get("success") is True


def success(**extras: object) -> Reply:
    return Reply(status=200, content={"success": True, "message": [], **extras})


def failure(message: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status=status, content={"success": False, "message": [message]}, headers=headers or {})
