"""History over HTTP. `ebexo.urls` adds it to the API."""

from ebexo.history.door.routes import router

__all__ = ["router"]
