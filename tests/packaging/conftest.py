"""What is given to whoever works without the repository: a wheel, an sdist, and an environment with nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.processes import call, free_address, until

ROOT = Path(__file__).parents[2]
BASE = ROOT / "requirements" / "base.txt"
NO_INDEX = ("No matching distribution", "Could not find a version", "ConnectionError", "Connection refused")


def build(folder: Path, *, source: Path = ROOT, kinds: tuple[str, ...] = ("wheel", "sdist")) -> list[Path]:
    """What hatchling makes of these sources, with nothing from outside."""
    targets = [word for kind in kinds for word in ("-t", kind)]
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *targets, "-d", str(folder)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return sorted(folder.iterdir())


@dataclass
class Built:
    wheel: Path
    sdist: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    wheel, sdist = build(tmp_path_factory.mktemp("dist"))
    return Built(wheel, sdist)


@pytest.fixture(name="build")
def _build() -> Callable[..., list[Path]]:
    return build


@dataclass
class Bare:
    """An environment in which the wheel and `requirements/base.txt` are, and nothing else; and a data directory."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        (found,) = (self.folder / "lib").glob("python*/site-packages")
        return found

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours, and nothing that leads to the repository."""
        others = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("EBEXO_", "DJANGO_", "PYTHON"))
        }
        return others | {"EBEXO_DATA_DIR": str(self.folder / "data")}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self.folder / "bin" / "ebexo", *arguments],
            cwd=self.folder,
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        """A command to its end: its status and what it said."""
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def install(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """By the pip of the tests, into this environment."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet"]
        return subprocess.run([*pip, *arguments], capture_output=True, text=True, check=False)


def _make(folder: Path, wheel: Path) -> Bare:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    bare = Bare(folder)
    done = bare.install("--no-index", "--no-deps", str(wheel))
    assert done.returncode == 0, done.stderr
    return bare


@pytest.fixture(scope="session")
def linked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Bare:
    """Its packages are those of the environment that the tests run in, but none that the locks do not name."""
    bare = _make(tmp_path_factory.mktemp("linked"), built.wheel)
    names = [line.partition("==")[0] for line in BASE.read_text().splitlines() if "==" in line]
    for name in names:
        found = distribution(name.partition("[")[0])
        tops = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}
        for top in tops:
            link = bare.packages / top
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))))
    return bare


@pytest.fixture(scope="session")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Bare:
    """Its packages come from an index, each with the hash that it must have."""
    bare = _make(tmp_path_factory.mktemp("installed"), built.wheel)
    done = bare.install("--require-hashes", "-r", str(BASE))
    if done.returncode and any(words in done.stderr for words in NO_INDEX):
        pytest.skip(f"pip reaches no index: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return bare


@pytest.fixture(params=["linked", "installed"])
def bare(request: pytest.FixtureRequest) -> Bare:
    found: Bare = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def served(bare: Bare) -> Iterator[Callable[..., str]]:
    """`served("serve", "/livez")`: that command, once that path answers; where."""
    started = []

    def serve(command: str, path: str) -> str:
        address = free_address()
        process = bare.start(command, "--bind", address)
        started.append(process)

        def answers() -> bool:
            if process.poll() is not None:
                raise AssertionError(process.communicate()[1])
            try:
                return call("GET", f"http://{address}{path}").status == 200
            except OSError:
                return False

        until(answers, seconds=120)
        return f"http://{address}"

    yield serve
    for process in started:
        process.terminate()
        process.communicate(timeout=40)
