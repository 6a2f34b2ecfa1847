"""What is in the wheel and the sdist, and that they work where nothing else is."""

import re
import tarfile
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ebexo import __version__

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"
PACKAGES = {"ebexo", "ebexo_oscar", "salesmanago", "salesmanago_sandbox"}
POSTGRESQL = {
    "EBEXO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "EBEXO_SECRET_KEYS": Fernet.generate_key().decode(),
}


def content(wheel):
    with zipfile.ZipFile(wheel) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_wheel_holds_every_file_of_the_packages_and_no_other(built):
    files = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    names = {name for name in content(built.wheel) if ".dist-info/" not in name}

    assert names == files
    assert {name.partition("/")[0] for name in names} == PACKAGES


@pytest.mark.parametrize(
    "pattern",
    [
        r"ebexo/panel/templates/.+\.html",
        r"ebexo/panel/static/.+\.css",
        r"ebexo/storefront/static/.+\.js",
        r"ebexo/locale/pl/LC_MESSAGES/django\.mo",
        r"ebexo/outbox/migrations/0001_initial\.py",
        *(f"{package}/py\\.typed" for package in sorted(PACKAGES)),
    ],
)
def test_what_is_no_code_is_in_the_wheel_too(built, pattern):
    assert [name for name in content(built.wheel) if re.fullmatch(pattern, name)]


def test_version_is_said_in_one_place(built):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert (project["dynamic"], "version" in project) == (["version"], False)
    assert built.wheel.name == f"ebexo_salesmanago-{__version__}-py3-none-any.whl"
    assert built.sdist.name == f"ebexo_salesmanago-{__version__}.tar.gz"


def test_sdist_holds_what_it_takes_to_build_and_to_run_and_no_tests(built):
    with tarfile.open(built.sdist) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}

    tops = {name.partition("/")[0] for name in names}
    assert {"pyproject.toml", "README.md", "CHANGELOG.md", "src", "deploy", "requirements"} <= tops
    assert tops & {"tests", "bench", "demo", "var", "site", ".venv"} == set()
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []


def test_sdist_builds_the_same_wheel(built, build, tmp_path):
    with tarfile.open(built.sdist) as opened:
        opened.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()

    (wheel,) = build(tmp_path / "dist", source=source, kinds=("wheel",))

    assert content(wheel) == content(built.wheel)


@pytest.mark.long
def test_wheel_alone_says_its_version(bare):
    assert bare.run("--version") == (0, f"ebexo, version {__version__}\n", "")


@pytest.mark.long
def test_wheel_alone_makes_tables_and_serves_pages_in_polish_and_their_files(bare, served):
    migrated = bare.run("migrate")
    assert migrated[0] == 0, migrated
    url = served("serve", "/livez")

    def get(path):
        request = urllib.request.Request(f"{url}{path}", headers={"Accept-Language": "pl"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    page = get("/panel/login/")
    assert "Zaloguj" in page
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert get(path)


@pytest.mark.long
def test_wheel_alone_is_a_sandbox(served):
    assert served("sandbox", "/_sandbox/requests")


@pytest.mark.long
@pytest.mark.parametrize(
    ("command", "environment", "words"),
    [
        (("web",), POSTGRESQL, "ebexo: ebexo web needs granian: install ebexo-salesmanago[scale].\n"),
        (
            ("worker",),
            POSTGRESQL,
            "ebexo: ebexo worker needs procrastinate: install ebexo-salesmanago[scale].\n",
        ),
        (
            ("migrate",),
            POSTGRESQL,
            "ebexo: EBEXO_DATABASE_URL needs Procrastinate: install ebexo-salesmanago[scale].\n",
        ),
        (
            ("web",),
            {},
            "ebexo: ebexo web needs a PostgreSQL: set EBEXO_DATABASE_URL. Without one, ebexo serve does everything.\n",
        ),
        (
            ("demo",),
            {},
            "ebexo: The demo shop runs from the repository: clone it and type make demo.\n",
        ),
    ],
    ids=["web", "worker", "migrate", "without_postgresql", "demo"],
)
def test_what_is_missing_is_told_in_one_line(bare, command, environment, words):
    assert bare.run(*command, **environment) == (1, "", words)
