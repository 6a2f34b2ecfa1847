"""The examples of a token, in the how-to, make tokens that are accepted."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ebexo.storefront.remote.identity_token import Person, read_token

PAGE = Path(__file__).parents[2] / "docs/how-to/monitor-a-shop-without-django.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/żółw"
JAN = Person("10042", "jan+ż@example.com")


def example(language: str, *, beginning: str) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return next(text for text in found if text.startswith(beginning))


def test_the_python_example_makes_a_token() -> None:
    names: dict[str, Any] = {}
    exec(example("python", beginning="import"), names)

    token = names["ebexo_token"](SECRET, JAN.customer_id, JAN.email)

    assert read_token(token, secrets=[SECRET], now=datetime.now(UTC)) == JAN


@pytest.mark.parametrize("program", [name for name in ("node", "php") if shutil.which(name)])
def test_the_other_examples_make_a_token(program: str) -> None:
    given = json.dumps([SECRET, JAN.customer_id, JAN.email], ensure_ascii=False)
    source, option = {
        "node": (example("js", beginning="const") + f"console.log(ebexoToken(...{given}));", "-e"),
        "php": (example("php", beginning="function") + f"echo ebexo_token(...{given});", "-r"),
    }[program]

    token = subprocess.run(
        [program, option, source], capture_output=True, text=True, check=True
    ).stdout.strip()

    assert read_token(token, secrets=[SECRET], now=datetime.now(UTC)) == JAN
