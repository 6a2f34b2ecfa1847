"""Telling the shop that a contact confirmed or unsubscribed at SALESmanago."""

import asyncio
from dataclasses import dataclass

import aiohttp
from yarl import URL

from salesmanago_sandbox.callback_urls import CallbackRecord, rendered
from salesmanago_sandbox.contacts import Contact
from salesmanago_sandbox.moments import now_ms
from salesmanago_sandbox.notes import Note
from salesmanago_sandbox.sandbox import Sandbox

CALLBACK_SECONDS = 5
# A callback that is to be overtaken goes out alone when no other follows.
LONGEST_HELD_SECONDS = 2.0
RETRY_SECONDS = 1.0


@dataclass(frozen=True)
class Callback:
    contact: Contact
    channel: str
    url: str
    generation: str


class CallbackSender:
    """Sends in the background, one after the other: one GET each, repeated only if the switches say so."""

    def __init__(self, *, session: aiohttp.ClientSession, sandbox: Sandbox) -> None:
        self._session = session
        self._sandbox = sandbox
        self._queue: asyncio.Queue[Callback] = asyncio.Queue()
        self._held: Callback | None = None
        self._release: asyncio.TimerHandle | None = None
        self._task = asyncio.create_task(self._send_all())

    def opted_in(self, contact: Contact) -> None:
        self._tell(contact, "opt_in", self._sandbox.callback_urls.opt_in)

    def opted_out(self, contact: Contact) -> None:
        self._tell(contact, "opt_out", self._sandbox.callback_urls.opt_out)

    def forget(self) -> None:
        """What was not sent yet never will be."""
        self._drop_held()
        while not self._queue.empty():
            self._queue.get_nowait()

    async def close(self) -> None:
        self._drop_held()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _tell(self, contact: Contact, channel: str, template: str | None) -> None:
        if template is None:
            return
        raw = self._sandbox.switches.callback_email == "raw"
        url = rendered(template, email=contact.email, raw=raw)
        callback = Callback(contact, channel, url, generation=self._sandbox.generation)
        fault = self._sandbox.faults.strike_callback(holding=self._held is not None)
        if fault == "callback_reordered":
            self._hold(callback)
            return
        self._queue.put_nowait(callback)
        if fault == "callback_twice":
            self._queue.put_nowait(callback)
        self._let_go()

    def _hold(self, callback: Callback) -> None:
        self._held = callback
        self._release = asyncio.get_running_loop().call_later(LONGEST_HELD_SECONDS, self._let_go)

    def _let_go(self) -> None:
        held = self._drop_held()
        if held is not None:
            self._queue.put_nowait(held)

    def _drop_held(self) -> Callback | None:
        held, self._held = self._held, None
        if self._release is not None:
            self._release.cancel()
            self._release = None
        return held

    async def _send_all(self) -> None:
        while True:
            await self._send(await self._queue.get())

    async def _send(self, callback: Callback) -> None:
        """Once, and again while it fails, as often as the switches say."""
        for left in range(self._sandbox.switches.callback_retries, -1, -1):
            is_answered = await self._try(callback)
            if is_answered or not left:
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _try(self, callback: Callback) -> bool:
        """Whether nothing is left to be done."""
        if self._is_outdated(callback):
            return True
        started_at = now_ms()
        status, error = await self._get(callback.url)
        if self._is_outdated(callback):
            return True
        record = CallbackRecord(
            at=started_at, channel=callback.channel, url=callback.url, status=status, error=error
        )
        self._sandbox.callbacks.append(record)
        values = {"channel": callback.channel, "status": str(status), "error": str(error)}
        code = "callback_answered" if error is None else "callback_failed"
        callback.contact.history.append(Note(now_ms(), code, values))
        self._sandbox.contacts.changed(callback.contact)
        self._sandbox.changed()
        return status is not None and status < 400

    def _is_outdated(self, callback: Callback) -> bool:
        """Whether the sandbox was reset since."""
        return callback.generation != self._sandbox.generation

    async def _get(self, url: str) -> tuple[int | None, str | None]:
        try:
            async with self._session.get(URL(url, encoded=True), allow_redirects=False) as answer:
                return answer.status, None
        except TimeoutError:
            return None, f"no answer within {CALLBACK_SECONDS} seconds"
        except (aiohttp.ClientError, ValueError) as error:
            return None, str(error) or type(error).__name__
