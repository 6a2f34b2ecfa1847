"""How many requests an account made within the last second."""

from collections import defaultdict, deque

WINDOW_MS = 1000


class Pace:
    def __init__(self) -> None:
        self._recent: dict[str, deque[int]] = defaultdict(deque)

    def allows(self, client_id: str, *, at: int, limit: int) -> bool:
        """Counts the request where it is allowed; `limit` 0 allows everything."""
        if not limit:
            return True
        recent = self._recent[client_id]
        while recent and recent[0] <= at - WINDOW_MS:
            recent.popleft()
        if len(recent) >= limit:
            return False
        recent.append(at)
        return True
