"""Not too many questions: by one address, and about one store."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from threading import Lock


@dataclass
class _Bucket:
    tokens: float
    filled_at: float


class Throttle:
    """A bucket of `burst` tokens for each key, filled up by `rate` a second. In this process only.

    The keys asked for least recently are forgotten when there are more than `size`.
    """

    def __init__(self, *, rate: float, burst: int, size: int = 10_000) -> None:
        self._rate, self._burst, self._size = rate, burst, size
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def seconds_to_wait(self, key: str, *, now: float) -> float:
        """0: a token was taken. Otherwise nothing was, and there will be one in so many seconds. `now`: seconds."""
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(self._burst, now))
            self._buckets.move_to_end(key)
            if len(self._buckets) > self._size:
                self._buckets.popitem(last=False)
            bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at) * self._rate)
            bucket.filled_at = now
            if bucket.tokens < 1:
                return (1 - bucket.tokens) / self._rate
            bucket.tokens -= 1
            return 0.0


def network_of(address: str, *, proxies: Sequence[IPv4Network | IPv6Network]) -> str | None:
    """What visitors are told apart by: the address, and of IPv6 the half that a provider gives to one customer.

    None for one of `proxies`, and for an address that is not of the internet: everybody comes from there.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if parsed.is_private or any(parsed in network for network in proxies):
        return None
    return str(ip_network((address, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
