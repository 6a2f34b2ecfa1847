"""Machines that reach PostgreSQL over a wire of their own, which can be cut.

A wire is a process, so that it carries as fast as a real one whatever the tests are doing:
`python -m tests.scale.wires SOCKET` prints its port, then does what it reads, a line each, and answers each line.
"""

import asyncio
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class Wire:
    """A port that leads to PostgreSQL's socket. `cut` is a cable that is pulled: nobody is told, nothing gets through.

    Connections stay open on both sides, and new ones are not refused; what was said waits.
    """

    def __init__(self, target: Path) -> None:
        program = [sys.executable, "-m", "tests.scale.wires", str(target)]
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        self.port = int(self._answer())

    def cut(self) -> None:
        self._say("cut")

    def cut_behind(self, words: str) -> None:
        """Cut as soon as these words have reached PostgreSQL: they are done, and nobody hears so."""
        self._say(f"cut behind {words}")

    @property
    def is_cut(self) -> bool:
        return self._say("is cut") == "True"

    def heal(self, *, breaks_connections: bool) -> None:
        """Let through what was said meanwhile; or end the connections instead, as after a long time."""
        self._say("break" if breaks_connections else "heal")

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _say(self, line: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


@dataclass
class Machine:
    """What differs between one machine and the next: a data directory, and the way to PostgreSQL."""

    wire: Wire
    folder: Path
    uri: str

    @property
    def environment(self) -> dict[str, str]:
        database = urlsplit(self.uri).path
        return {
            "EBEXO_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{self.wire.port}{database}",
            "EBEXO_DATA_DIR": str(self.folder),
        }


class Carrier:
    """The wire's own side: what is said to it, and what it carries."""

    def __init__(self, target: str) -> None:
        self._target, self._words = target, b""
        self._ends: set[asyncio.StreamWriter] = set()
        self._whole = asyncio.Event()
        self._whole.set()

    def do(self, line: str) -> None:
        """Answers on the standard output."""
        if line.startswith("cut behind "):
            self._words = line.removeprefix("cut behind ").encode()
        elif line == "cut":
            self._whole.clear()
        elif line in ("heal", "break"):
            for end in self._ends if line == "break" else ():
                end.transport.abort()
            self._words = b""
            self._whole.set()
        print(not self._whole.is_set(), flush=True)

    async def connect(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        self._ends.add(to_near)
        await self._whole.wait()
        far, to_far = await asyncio.open_unix_connection(self._target)
        self._ends.add(to_far)
        await asyncio.gather(self._carry(near, to_far, listens=True), self._carry(far, to_near))

    async def _carry(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, listens: bool = False
    ) -> None:
        try:
            while said := await source.read(2**16):
                await self._whole.wait()
                to.write(said)
                await to.drain()
                if listens and self._words and self._words in said:
                    self._words = b""
                    self._whole.clear()
            await self._whole.wait()
        except OSError:
            pass
        finally:
            self._ends.discard(to)
            to.close()


async def main(target: str) -> None:
    carrier, loop = Carrier(target), asyncio.get_running_loop()
    server = await asyncio.start_server(carrier.connect, "127.0.0.1", 0)

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(carrier.do, line.strip())

    threading.Thread(target=listen, daemon=True).start()
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
