"""One import: what it came to, how far it is, and what can be done."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from ebexo.history.controlling import NotPossible, cancel, pause, start
from ebexo.history.models import Import, ImportKind, Source
from ebexo.history.progress import Progress, progress_of
from ebexo.history.rejected import rejected_csv, verdicts_of
from ebexo.history.sentences import STATES, reason_of, text_of
from ebexo.history.states import AT_WORK, ImportState, RowVerdict, Verdict
from ebexo.panel.history.words import KINDS, NOT_POSSIBLE, SOURCES, WARNING_UNREAD
from ebexo.panel.page import StorePage

EXAMPLES = 20


@dataclass(frozen=True)
class Example:
    """A row that is not sent, and why."""

    verdict: RowVerdict

    @property
    def why(self) -> str:
        return reason_of(self.verdict)


class ImportPage(StorePage):
    title = _("History")
    template_name = "panel/history/one.html"

    def get(self, request: HttpRequest, number: int) -> HttpResponse:  # noqa: ARG002  (Django's shape)
        found = self._import(number)
        progress = progress_of(found, now=timezone.now())
        return self.render(
            one=found,
            kind=KINDS[found.kind],
            source=SOURCES[found.source],
            state=STATES[ImportState(found.state)],
            progress=progress,
            percent=_percent(progress),
            minutes_left=-(-progress.seconds_left // 60) if progress.seconds_left else None,
            withheld=_reasons(progress.counts.withheld),
            invalid=_reasons(progress.counts.invalid),
            examples=_examples(found),
            columns=found.shape.get("columns", ()) if found.source == Source.FILE else (),
            warns=found.kind == ImportKind.ORDERS,
            is_at_work=found.state in (*AT_WORK, ImportState.RECEIVING),
            may_change=self.may_change,
        )

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Start, pause, resume or cancel it."""
        self.for_owners()
        found, wanted = self._import(number), request.POST.get("do", "")
        if wanted == "start" and found.kind == ImportKind.ORDERS and "read" not in request.POST:
            messages.error(request, WARNING_UNREAD)
        elif act := _ACTS.get(wanted):
            self._try(act, found)
        return redirect("admin:import", handle=self.store.handle, number=number)

    def _try(self, act: Callable[..., Import], found: Import) -> None:
        try:
            act(found, now=timezone.now())
        except NotPossible:
            messages.warning(self.request, NOT_POSSIBLE)

    def _import(self, number: int) -> Import:
        return get_object_or_404(Import, store=self.store, pk=number)


class RejectedRowsPage(StorePage):
    """All rows that are not sent, each with the reason, as a file."""

    def get(self, request: HttpRequest, number: int) -> HttpResponseBase:  # noqa: ARG002  (Django's shape)
        found = get_object_or_404(Import, store=self.store, pk=number)
        name = f"import-{found.pk}-{_today():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            _in_the_language_of_now(rejected_csv(found)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _in_the_language_of_now(pieces: Iterator[str]) -> Iterator[bytes]:
    """They are read when the request is over."""
    language = get_language()

    def encoded() -> Iterator[bytes]:
        while True:
            with override(language):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece.encode()

    return encoded()


def _today() -> datetime:
    return timezone.localtime()


def _percent(progress: Progress) -> int:
    """Of the present round; what is queued and waits is not through yet."""
    through = max(progress.row_position - progress.waiting, 0)
    return 100 * through // progress.rows if progress.rows else 0


def _examples(found: Import) -> list[Example]:
    """The first rows with something to put right, or to know; what was sent before is neither."""
    telling = (verdict for verdict in verdicts_of(found) if verdict.verdict is not Verdict.ALREADY_SENT)
    return [Example(verdict) for verdict in islice(telling, EXAMPLES)]


def _reasons(counts: Mapping[str, int]) -> list[tuple[int, str]]:
    """How many rows for which reason, the most frequent first."""
    return sorted(((count, text_of(code)) for code, count in counts.items()), reverse=True)


_ACTS: dict[str, Callable[..., Import]] = {"start": start, "resume": start, "pause": pause, "cancel": cancel}
