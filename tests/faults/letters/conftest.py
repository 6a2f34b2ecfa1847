"""A mail server that takes every letter and keeps it, and installations that send theirs there."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest


class _Talk(socketserver.StreamRequestHandler):
    """One conversation in SMTP, as much of it as a letter takes."""

    def handle(self) -> None:
        server: _Server = self.server  # type: ignore[assignment]
        self._say("220 sink")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self._say("354 go on")
                server.letters.append(self._letter())
            elif word == b"EHLO":
                self._say("250-sink", "250 AUTH PLAIN LOGIN")
                continue
            elif word == b"AUTH":
                self._say("235 welcome")
                continue
            elif word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 fine")

    def _letter(self) -> EmailMessage:
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") if line.startswith(b"..") else line for line in lines)
        return message_from_bytes(content, policy=default)

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.letters: list[EmailMessage] = []


@dataclass
class Sink:
    """`url` is for EBEXO_EMAIL_URL, `letters` what has come."""

    url: str
    letters: list[EmailMessage] = field(default_factory=list)

    def told(self) -> list[tuple[str, str]]:
        """To whom and about what, in their order. A long subject begins on a line of its own: mail programs hide it."""
        return [(str(letter["To"]), str(letter["Subject"]).strip()) for letter in list(self.letters)]

    @property
    def environment(self) -> dict[str, str]:
        return {"EBEXO_EMAIL_URL": self.url, "EBEXO_EMAIL_FROM": "Ebexo <panel@shop.example>"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with _Server() as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield Sink(f"smtp://panel:letterbox@127.0.0.1:{server.server_address[1]}", server.letters)
        server.shutdown()
