"""Asynchronous batches and how far they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from salesmanago_sandbox.json_text import JsonObject
from salesmanago_sandbox.moments import iso

FIRST_REQUEST_ID = 48_211_001


@dataclass(frozen=True)
class ItemResult:
    """`problem` is None where the item was taken."""

    email: str | None
    contact_id: str | None
    problem: str | None

    def described(self) -> JsonObject:
        return {"email": self.email, "contactId": self.contact_id, "problem": self.problem}


@dataclass
class Job:
    """`polls` counts how many times its status was asked for."""

    request_id: int
    client_id: str
    at: int
    done: bool = False
    polls: int = 0
    results: list[ItemResult] = field(default_factory=list)

    def described(self) -> JsonObject:
        return {
            "requestId": self.request_id,
            "at": iso(self.at),
            "done": self.done,
            "results": [result.described() for result in self.results],
        }


class JobBook:
    def __init__(self) -> None:
        self._by_id: dict[int, Job] = {}

    def open(self, *, client_id: str, at: int) -> Job:
        job = Job(request_id=FIRST_REQUEST_ID + len(self._by_id), client_id=client_id, at=at)
        self._by_id[job.request_id] = job
        return job

    def find(self, request_id: int) -> Job | None:
        return self._by_id.get(request_id)

    def restore(self, jobs: list[Job]) -> None:
        self._by_id = {job.request_id: job for job in jobs}

    def __iter__(self) -> Iterator[Job]:
        return iter(self._by_id.values())
