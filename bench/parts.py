"""The parts of a whole run, each measured by a process of its own."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A module that measures the figures named, given these options; it takes about so many seconds on two cores.

    With the options of `quick` it says only that it works.
    """

    module: str
    names: tuple[str, ...]
    seconds: int
    options: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()


PARTS = (
    Part(
        "bench.request_added",
        ("request_added_ratio", "request_added_ms"),
        120,
        options=("40",),
        quick=("3",),
    ),
    Part(
        "bench.ingest",
        ("ingest_single", "ingest_lists"),
        45,
        quick=("--rounds=1", "--seconds=0.5"),
    ),
    Part(
        "bench.delivery",
        ("delivery_single", "delivery_single_cpu", "contact_id_p50_ms", "contact_id_p99_ms"),
        110,
        quick=("--rounds=1", "--people=80", "--logins=20"),
    ),
    Part(
        "bench.imports",
        ("import_vs_clients", "import_vs_raw"),
        90,
        quick=("--rounds=1", "--people=2000", "--calls=5"),
    ),
    Part(
        "bench.million",
        ("claim_million", "memory_million_mb"),
        90,
        quick=("--rows=50000", "--rounds=1", "--seconds=3"),
    ),
    Part(
        "bench.engine",
        ("noisy_neighbours",),
        180,
        quick=("--rounds=1", "--waiting=2000", "--stores=10", "--seconds=4", "--rate=10"),
    ),
    Part(
        "bench.scale",
        ("two_workers",),
        130,
        options=("--only-two-workers", "--people=50"),
        quick=("--only-two-workers", "--rounds=1", "--people=10"),
    ),
)


def parts_for(names: Collection[str]) -> list[Part]:
    """The parts that measure any of these figures; all of them where none is named."""
    return [part for part in PARTS if not names or set(names) & set(part.names)]
