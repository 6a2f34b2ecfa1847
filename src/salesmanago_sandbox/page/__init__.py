"""The web page: what arrived, live, and the buttons that act as a contact or order a fault."""

from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent
FILES = {file.name for file in FOLDER.iterdir() if file.suffix in (".css", ".js")} - {"sm.js"}
HEADERS = {
    "Cache-Control": "no-cache",
    # Values come from shops: even one that slipped through unescaped could not run.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


async def start(_: web.Request) -> web.FileResponse:
    return web.FileResponse(FOLDER / "index.html", headers=HEADERS)


async def file(request: web.Request) -> web.FileResponse:
    name = request.match_info["name"]
    if name not in FILES:
        raise web.HTTPNotFound
    return web.FileResponse(FOLDER / name, headers=HEADERS)


ROUTES = (web.get("/", start), web.get("/page/{name}", file))
