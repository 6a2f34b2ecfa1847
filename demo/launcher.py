"""`ebexo demo`: the shop, the panel with the dispatcher, and the sandbox, prepared and running together."""

import shutil
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from demo.people.logins import CUSTOMER, PANEL_OPERATOR, STAFF
from demo.processes import (
    CannotStart,
    Program,
    clean_environment,
    end_all,
    require_free,
    run_to_end,
)

__all__ = ["CannotStart", "Ports", "run", "start"]
PREPARED = "demo-is-prepared"


@dataclass(frozen=True)
class Ports:
    shop: int = 8001
    panel: int = 8000
    sandbox: int = 8090


def run(*, data_dir: Path, ports: Ports, reset: bool) -> None:
    """Prepare what is missing, start everything, and end it on Ctrl-C. Raises CannotStart."""
    for port, option in (
        (ports.shop, "--shop-port"),
        (ports.panel, "--panel-port"),
        (ports.sandbox, "--sandbox-port"),
    ):
        require_free(port, option=option)
    if reset:
        _throw_away(data_dir)
    stop = _asked_to_stop()
    programs: list[Program] = []
    try:
        start(data_dir, ports, programs)
        _introduce(ports, data_dir)
        while not stop.wait(0.5):
            ended = next((program for program in programs if program.has_ended), None)
            if ended:
                raise CannotStart(f"The {ended.name} has ended by itself; {ended.log} says why.")
    finally:
        end_all(programs)


def start(data_dir: Path, ports: Ports, programs: list[Program]) -> str:
    """Prepare and start everything, adding to `programs` as it goes; gives back the handle of the demo's store."""
    sandbox = f"http://127.0.0.1:{ports.sandbox}"
    environment = clean_environment(EBEXO_DATA_DIR=str(data_dir), EBEXO_EXTRA_ENDPOINTS=sandbox)
    logs = data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    ebexo = ["-c", "from ebexo.cli import main; main()"]

    def begin(name: str, arguments: list[str], answering: str) -> None:
        programs.append(Program(name, arguments, environment=environment, logs=logs))
        programs[-1].wait_until_it_answers(answering)

    remembered = ["--state", str(data_dir / "sandbox.json")]
    local_vendor = ["-m", "salesmanago_sandbox", "--bind", f"127.0.0.1:{ports.sandbox}", *remembered]
    begin("sandbox", local_vendor, f"{sandbox}/")
    environment["SHOP_STORE"] = _prepare(data_dir, environment, endpoint=sandbox)
    environment["SHOP_PANEL"] = f"http://127.0.0.1:{ports.panel}"
    begin("panel", [*ebexo, "serve", "--bind", f"127.0.0.1:{ports.panel}"], _panel(ports))
    shop = f"127.0.0.1:{ports.shop}"
    begin("shop", ["-m", "demo.server", "--bind", shop], f"http://{shop}/")
    sweep = ["-m", "demo.manage", "ebexo_sweep", "--every", "3"]
    programs.append(Program("sweep", sweep, environment=environment, logs=logs))
    return environment["SHOP_STORE"]


def _prepare(data_dir: Path, environment: dict[str, str], *, endpoint: str) -> str:
    """Make or update tables, goods and logins, saying what is done. Gives back the store's handle."""
    prepared = (data_dir / PREPARED).exists()
    steps = [
        ("tables of the shop", ["-m", "demo.manage", "migrate", "--verbosity", "0"]),
        ("tables of the panel", ["-c", "from ebexo.cli import main; main()", "migrate"]),
    ]
    if not prepared:
        steps.append(("goods, pictures and customers of the shop", ["-m", "demo.manage", "seed"]))
    steps.append(("store and logins of the panel", ["-m", "demo.prepare", endpoint]))
    printed = ""
    for number, (what, arguments) in enumerate(steps, start=1):
        started = time.monotonic()
        click.echo(f"[{number}/{len(steps)}] {what} …", nl=False)
        printed = run_to_end(arguments, environment=environment)
        click.echo(f" {time.monotonic() - started:.1f} s")
    (data_dir / PREPARED).touch()
    return printed.splitlines()[-1]


def _introduce(ports: Ports, data_dir: Path) -> None:
    click.echo(
        f"""
The demo is running. Register in the shop, and watch the contact arrive in the sandbox.

  Shop                http://127.0.0.1:{ports.shop}/
  Panel               {_panel(ports)}
  Sandbox             http://127.0.0.1:{ports.sandbox}/

  Panel login         {PANEL_OPERATOR.email}   {PANEL_OPERATOR.password}
  Customer's login    {CUSTOMER.email}   {CUSTOMER.password}
  Shop staff's login  {STAFF.email}   {STAFF.password}

Data and logs are in {data_dir}. Ctrl-C ends everything."""
    )


def _panel(ports: Ports) -> str:
    return f"http://127.0.0.1:{ports.panel}/panel/login/"


def _throw_away(data_dir: Path) -> None:
    """Remove the demo's data; of a folder that is not the demo's, nothing."""
    if not data_dir.exists():
        return
    if any(data_dir.iterdir()) and not (data_dir / "logs").is_dir():
        raise CannotStart(f"{data_dir} holds something else than a demo's data, so it is left alone.")
    shutil.rmtree(data_dir)


def _asked_to_stop() -> threading.Event:
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (the signal module's shape)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)
    return stop
