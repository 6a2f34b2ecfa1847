"""Write docs/reference/metrics.md anew from the registry that `/metrics` is made of.

.venv/bin/python scripts/metrics_reference.py
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client.core import Metric

PAGE = Path(__file__).parents[1] / "docs/reference/metrics.md"
BEGINNING = """# Metrics

What `/metrics` tells, in the words of Prometheus. Written from the code by `scripts/metrics_reference.py`: change the
code, not this page. Who may ask, what to make of it and when to act stand in [Watch it](../how-to/watch-it.md); why it
is counted like this, in [Operation](../explanation/operation.md).

Every combination of labels is there from the start of a process, as zero. No label is a store, a person, or anything
else of which there may be many.
"""
OF_PROCESS = """## Counted by each process

They begin at zero when the process starts, and belong to that process alone: add them up over all processes
(`sum(rate(…))`). What happens at the door is counted by `ebexo serve` and `ebexo web`; calls, deliveries and imports by
`ebexo serve` and `ebexo worker`.
"""
OF_DATABASE = """## Read from the database

How the whole installation stands at this moment. Every process says the same: take one (`max(…)`), don't add them up.
They are read anew when somebody asks, but for at most a twentieth of the time: with a very long backlog they may be
some seconds old.
"""
OF_LIBRARY = """## Of the process itself

From the client library: `process_resident_memory_bytes`, `process_cpu_seconds_total`, `process_open_fds`,
`process_max_fds`, `process_start_time_seconds`, `process_virtual_memory_bytes`, and `python_gc_…`.
"""
LAST_BUCKET = "+Inf"


def page() -> str:
    """The whole page in Markdown. The same code always gives the same text. Django has to be set up."""
    from ebexo import metrics
    from ebexo.operations.observing.metrics import Outside
    from ebexo.operations.observing.standing import Standing

    outside = Outside(lambda: Standing(workers=0, free_bytes=0, floor_bytes=0))
    parts = [
        BEGINNING,
        OF_PROCESS,
        "\n".join(_table(metrics.REGISTRY.collect())),
        OF_DATABASE,
        "\n".join(_table(outside.collect())),
        OF_LIBRARY,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(families: Iterable[Metric]) -> Iterator[str]:
    yield "| Metric | Kind | Labels | Meaning |"
    yield "|---|---|---|---|"
    for family in families:
        name = f"{family.name}_total" if family.type == "counter" else family.name
        yield f"| `{name}` | {family.type} | {_labels(family)} | {family.documentation}{_buckets(family)} |"


def _labels(family: Metric) -> str:
    """Each label with its values, in the order in which they come first."""
    values: dict[str, dict[str, None]] = {}
    for sample in family.samples:
        for label, value in sample.labels.items():
            if label != "le":
                values.setdefault(label, {})[value] = None
    if family.name == "ebexo_build_info":  # they differ from one installation to the other
        return ", ".join(f"`{label}`" for label in values)
    return "; ".join(f"`{label}`: {', '.join(found)}" for label, found in values.items())


def _buckets(family: Metric) -> str:
    bounds = list(dict.fromkeys(sample.labels["le"] for sample in family.samples if "le" in sample.labels))
    finite = [f"{float(bound):g}" for bound in bounds if bound != LAST_BUCKET]
    return f" Buckets: {', '.join(finite)} s." if finite else ""


if __name__ == "__main__":
    from ebexo.cli import use_django

    use_django()
    PAGE.write_text(page())
    print(f"Written: {PAGE}")
