"""The audit log: every change writes exactly one entry, and the page shows it to those whom it concerns."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ebexo.audit.acting import Actor, ActorKind, acting
from ebexo.audit.actions import Action
from ebexo.audit.models import Entry
from ebexo.audit.recording import record
from ebexo.consents import editing
from ebexo.outbox.models import Message
from ebexo.outbox.put import NewMessage, put
from ebexo.outbox.states import State
from ebexo.panel.audit.sentences import GROUPS, SENTENCES
from ebexo.panel.links import new_link
from ebexo.panel.models import Link, Member, Role, User
from ebexo.panel.site import panel
from ebexo.panel.two_factor import keeping
from ebexo.reconciliation.models import OrderDay, ShopOrder, Source
from ebexo.reconciliation.tasks import note_shop
from ebexo.stores.models import Store

PASSWORD = "dobre-haslo-do-panelu"
NEW_PASSWORD = "inne-dobre-haslo-do-panelu"
EVENT = '{"id":"event-1","type":"customer.updated","occurred_at":"2026-11-01T10:00:00Z","customer":{"email":"a@b.pl"}}'
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

Browser = Callable[..., Client]
Read = Callable[[Any], str]


class Acts:
    """One way to change something through each page of the panel; each prepares what it needs, and posts."""

    def __init__(self, browser: Browser, store: Store, people: dict[str, User], typed: Any) -> None:
        self.browser, self.store, self.people, self.typed = browser, store, people, typed

    def post(self, path: str, fields: dict[str, Any], *, who: str | None = "alice") -> Any:
        return lambda: self.browser(who).post(f"/panel/{path}", fields)

    def of_store(self, path: str, fields: dict[str, Any]) -> Any:
        return self.post(f"{self.store.handle}/{path}", fields)

    def salesmanago(self) -> Any:
        return self.of_store("salesmanago/", self.typed(owner_email="new@shop.example"))

    def consent_add(self) -> Any:
        return self.of_store("zgody/nowa/", {"code": "news", "name": "News", "text": "Yes.", "active": "on"})

    def _consent(self) -> Any:
        return editing.add(self.store.pk, code="marketing", text="Yes.", traits=editing.Traits("Marketing"))

    def consent(self) -> Any:
        return self.of_store(f"zgody/{self._consent().pk}/", {"name": "News", "active": "on"})

    def consent_wording(self) -> Any:
        return self.of_store(f"zgody/{self._consent().pk}/tresc/", {"text": "Yes, please.", "seen": "1"})

    def consent_delete(self) -> Any:
        return self.of_store(f"zgody/{self._consent().pk}/usun/", {})

    def keys(self) -> Any:
        return self.of_store("klucze/", {})

    def keys_rotate(self) -> Any:
        return self.of_store("klucze/wymiana/", {"hours": "24"})

    def keys_rotate_secret(self) -> Any:
        return self.of_store("klucze/podpis/", {"hours": "24"})

    def key_revoke(self) -> Any:
        return self.of_store(f"klucze/{self.store.api_keys.get().pk}/uniewaznij/", {})

    def _failed(self, **fields: Any) -> Message:
        now = timezone.now()
        told = NewMessage("event-1", "customer.updated", "sha-1", now, now)
        message = put(self.store.pk, told, key="contact:1", payload=EVENT)
        state = {"state": State.FAILED, "reason": "refused", "done_at": now} | fields
        Message.objects.filter(pk=message.pk).update(**state)
        return message

    def failed(self) -> Any:
        return self.of_store("niedostarczone/", {"do": f"again:{self._failed().pk}"})

    def failed_all(self) -> Any:
        self._failed()
        return self.of_store("niedostarczone/", {"do": "all"})

    def failed_given_up(self) -> Any:
        return self.of_store("niedostarczone/", {"do": f"give-up:{self._failed().pk}"})

    def failed_arrived(self) -> Any:
        return self.of_store("niedostarczone/", {"do": f"arrived:{self._failed(in_doubt=True).pk}"})

    def members(self) -> Any:
        return self.of_store("uzytkownicy/", {"do": "add", "email": "eva@shop.example", "role": "viewer"})

    def _bob(self) -> int:
        return Member.objects.get(user=self.people["bob"], store=self.store).pk

    def members_role(self) -> Any:
        return self.of_store("uzytkownicy/", {"do": f"owner:{self._bob()}"})

    def members_off(self) -> Any:
        return self.of_store("uzytkownicy/", {"do": f"off:{self._bob()}"})

    def _missing(self) -> None:
        day = OrderDay.objects.create(
            store=self.store, day=timezone.localdate(), source=Source.SHOP, told_at=timezone.now()
        )
        ShopOrder.objects.create(day=day, number="1042", total="10.00", currency="PLN")
        note_shop(self.store.pk, now=timezone.now())

    def reconciliation(self) -> Any:
        self._missing()
        return self.of_store("rozliczenie/", {"do": "send"})

    def reconciliation_asked(self) -> Any:
        self._missing()
        return self.of_store("rozliczenie/", {"do": "ask"})

    def reconciliation_upload(self) -> Any:
        table = b"number,total,currency,placed_at\n1,1.00,PLN,2026-11-22\n"
        file = SimpleUploadedFile("orders.csv", table)
        return self.of_store("rozliczenie/", {"do": "upload", "table": file})

    def login(self) -> Any:
        return self.post("login/", {"username": "alice@shop.example", "password": PASSWORD}, who=None)

    def login_failed(self) -> Any:
        return self.post("login/", {"username": "alice@shop.example", "password": "wrong"}, who=None)

    def login_unknown(self) -> Any:
        return self.post("login/", {"username": "nobody@shop.example", "password": "wrong"}, who=None)

    def logout(self) -> Any:
        return self.post("logout/", {})

    def password_change(self) -> Any:
        fields = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
        return self.post("password/", fields)

    def _link(self, purpose: Link.Purpose) -> str:
        url = new_link(self.people["alice"], purpose, base="", now=timezone.now()).url
        return url.removeprefix("/panel/")

    def _two_factor(self) -> None:
        code = pyotp.TOTP(SECRET).now()
        keeping.switch_on(self.people["alice"], SECRET, code, now=timezone.now())

    def _code(self) -> str:
        """The next one: the present code was used for switching it on."""
        return pyotp.TOTP(SECRET).at(timezone.now() + timedelta(seconds=30 * 1))


ACTS: list[tuple[str, str, Action, str]] = [
    ("salesmanago", "salesmanago", Action.SETTINGS_SAVED, ""),
    ("consent_add", "consent_add", Action.CONSENT_ADDED, "news"),
    ("consent", "consent", Action.CONSENT_CHANGED, "marketing"),
    ("consent_wording", "consent_wording", Action.CONSENT_REWORDED, "marketing"),
    ("consent_delete", "consent_delete", Action.CONSENT_DELETED, "marketing"),
    ("keys", "keys", Action.API_KEY_ADDED, "ek_"),
    ("keys_rotate", "keys_rotate", Action.API_KEYS_ROTATED, "ek_"),
    ("keys_rotate_secret", "keys_rotate_secret", Action.SIGNING_SECRET_ROTATED, ""),
    ("key_revoke", "key_revoke", Action.API_KEY_REVOKED, "ek_"),
    ("failed", "failed", Action.MESSAGE_RETRIED, "event-1"),
    ("failed", "failed_all", Action.MESSAGES_RETRIED, ""),
    ("failed", "failed_given_up", Action.MESSAGE_GIVEN_UP, "event-1"),
    ("failed", "failed_arrived", Action.MESSAGE_ARRIVED, "event-1"),
    ("members", "members", Action.USER_ADDED, "eva@shop.example"),
    ("members", "members_role", Action.USER_ROLE_CHANGED, "bob@shop.example"),
    ("members", "members_off", Action.USER_TAKEN_OFF, "bob@shop.example"),
    ("reconciliation", "reconciliation", Action.MISSING_ORDERS_SENT, ""),
    ("reconciliation", "reconciliation_asked", Action.ORDERS_ASKED_FOR, ""),
    ("reconciliation", "reconciliation_upload", Action.ORDER_DAYS_UPLOADED, ""),
    ("logout", "logout", Action.LOGGED_OUT, "alice@shop.example"),
    ("password_change", "password_change", Action.PASSWORD_CHANGED, "alice@shop.example"),
]
"""Page, act, what is recorded, and how its object begins."""

ELSEWHERE = {
    "login": "of somebody who is not logged in; below",
    "second_step": "of somebody who is not logged in; below",
    "invitation": "of somebody who is not logged in; below",
    "reset": "of somebody who is not logged in; below",
    "forgotten": "of somebody who is not logged in; in the tests of the letters",
    "two_factor": "several steps; below",
    "people": "for operators; below",
    "person": "searches, and changes nothing",
    "connection": "asks SALESmanago, and changes nothing of a merchant's",
}
"""Pages that take a POST and have no line above, and why."""


@pytest.fixture
def acts(browser: Browser, store: Store, people: dict[str, User], typed: Any, check_says: Any) -> Acts:
    check_says(None)
    return Acts(browser, store, people, typed)


def _pages_that_take_a_post() -> set[str]:
    found = set()
    for pattern in panel.get_urls():
        view = getattr(pattern.callback, "__wrapped__", pattern.callback)
        page = getattr(view, "view_class", None)
        if page is None or hasattr(page, "post"):
            found.add(pattern.name or "")
    return found


def test_every_page_that_changes_something_is_tried_here() -> None:
    without_a_form = {"enter", "index", "password_change_done"}
    of_history = {name for name in _pages_that_take_a_post() if name.startswith(("histor", "import"))}

    tried = {page for page, _act, _action, _subject in ACTS} | set(ELSEWHERE)

    assert _pages_that_take_a_post() - without_a_form - of_history <= tried


@pytest.mark.parametrize(("page", "act", "action", "subject"), ACTS)
def test_every_change_writes_exactly_one_entry(
    acts: Acts, store: Store, page: str, act: str, action: Action, subject: str
) -> None:
    change = getattr(acts, act)()
    before = list(Entry.objects.values_list("pk", flat=True))

    change()

    (entry,) = Entry.objects.exclude(pk__in=before)
    assert (entry.action, entry.actor_kind, entry.actor) == (action, "person", "alice@shop.example")
    assert entry.address == "127.0.0.1"
    assert entry.store_id == store.pk
    assert entry.subject.startswith(subject)


@pytest.mark.parametrize(("page", "act", "action", "subject"), ACTS)
def test_what_is_refused_writes_no_entry(
    acts: Acts, browser: Browser, page: str, act: str, action: Action, subject: str
) -> None:
    if page in ("logout", "password_change"):
        return
    change = getattr(acts, act)()
    acts.browser = lambda _who: browser("bob")
    before = Entry.objects.count()

    answer = change()

    assert answer.status_code == 403
    assert Entry.objects.count() == before


def test_logins_are_recorded_with_the_address_they_came_from(acts: Acts, store: Store) -> None:
    acts.login()()
    acts.login_failed()()
    acts.login_unknown()()
    acts.login_unknown()()

    rows = Entry.objects.filter(action__startswith="log").order_by("pk")
    assert list(rows.values_list("action", "actor", "subject", "store_id", "address")) == [
        ("logged_in", "alice@shop.example", "alice@shop.example", store.pk, "127.0.0.1"),
        ("login_failed", "", "alice@shop.example", store.pk, "127.0.0.1"),
        ("login_failed", "", "n…y@s…p.example", None, "127.0.0.1"),
    ]


@pytest.mark.parametrize("purpose", [Link.Purpose.INVITATION, Link.Purpose.RESET])
def test_choosing_a_password_by_a_link_is_recorded_as_theirs(acts: Acts, purpose: Link.Purpose) -> None:
    address = acts._link(purpose)

    acts.post(address, {"password": NEW_PASSWORD, "again": NEW_PASSWORD}, who=None)()

    rows = Entry.objects.filter(actor="alice@shop.example").order_by("pk")
    assert list(rows.values_list("action", flat=True)) == ["password_changed", "logged_in"]


def test_second_step_is_recorded(acts: Acts) -> None:
    acts._two_factor()
    client = acts.browser(None)
    client.post("/panel/login/", {"username": "alice@shop.example", "password": PASSWORD})
    before = Entry.objects.count()

    client.post("/panel/login/kod/", {"code": "000000"})
    client.post("/panel/login/kod/", {"code": acts._code()})

    assert list(Entry.objects.order_by("pk").values_list("action", "actor")[before:]) == [
        ("second_step_failed", "alice@shop.example"),
        ("logged_in", "alice@shop.example"),
    ]


@pytest.mark.parametrize(
    ("does", "action"), [("codes", Action.RECOVERY_CODES_MADE), ("off", Action.TWO_FACTOR_OFF)]
)
def test_changing_the_second_step_is_recorded(acts: Acts, does: str, action: Action) -> None:
    acts._two_factor()
    before = Entry.objects.count()

    acts.post("konto/", {"do": does, "code": acts._code()})()

    assert list(Entry.objects.order_by("pk").values_list("action", "subject")[before:]) == [
        (action, "alice@shop.example")
    ]


def test_operator_who_resets_a_second_step_is_recorded(acts: Acts, store: Store) -> None:
    acts._two_factor()
    before = Entry.objects.count()

    acts.post("uzytkownicy/", {"reset": acts.people["alice"].pk}, who="olga")()

    assert list(Entry.objects.order_by("pk").values_list("action", "actor", "subject")[before:]) == [
        ("two_factor_reset", "olga@ebexo.example", "alice@shop.example")
    ]


def test_entry_says_what_was_before_and_never_a_secret(acts: Acts, store: Store, typed: Any) -> None:
    changes = typed(owner_email="new@shop.example", api_secret="tajny-sekret", rate="20")

    acts.of_store("salesmanago/", changes)()

    entry = Entry.objects.get(action=Action.SETTINGS_SAVED)
    assert entry.before == {"owner_email": "o…r@s…p.example", "rate": 10}
    assert entry.after == {"owner_email": "n…w@s…p.example", "rate": 20, "api_secret": "changed"}


def test_every_action_has_a_sentence_and_belongs_to_one_group() -> None:
    grouped = [action for _words, actions in GROUPS.values() for action in actions]

    assert set(SENTENCES) == set(Action)
    assert sorted(grouped) == sorted(Action)


@pytest.fixture
def some(store: Store, foreign_store: Store) -> None:
    """Four entries: two of the store, one of another, one of the installation."""
    with acting(Actor(ActorKind.PERSON, "alice@shop.example", "192.0.2.7")):
        record(Action.SETTINGS_SAVED, store_id=store.pk, before={"rate": 10}, after={"rate": 20})
    with acting(Actor(ActorKind.COMMAND_LINE, "root")):
        record(Action.API_KEY_ADDED, store_id=store.pk, subject="ek_abcd…")
    record(Action.SENDING_PAUSED, store_id=foreign_store.pk)
    record(Action.OPERATOR_KEY_ADDED, subject="ok_abcd…")


def test_owner_sees_the_entries_of_their_store_in_words(
    browser: Browser, read: Read, store: Store, some: None
) -> None:
    page = read(browser().get(f"/panel/{store.handle}/dziennik/"))

    assert "The SALESmanago settings were changed." in page
    assert "alice@shop.example · 192.0.2.7" in page
    assert "The API key ek_abcd… was made." in page
    assert "Command line (root)" in page
    assert "Calls a second" in page
    assert "paused" not in page
    assert "ok_abcd" not in page


def test_owner_sees_the_entries_in_polish(browser: Browser, read: Read, store: Store, some: None) -> None:
    page = read(browser(language="pl").get(f"/panel/{store.handle}/dziennik/"))

    assert "Zmieniono ustawienia SALESmanago." in page
    assert "Wiersz poleceń (root)" in page


def test_operator_sees_everything_with_its_store(browser: Browser, read: Read, some: None) -> None:
    page = read(browser("olga").get("/panel/dziennik/"))

    assert "The sending was paused." in page
    assert "Lampy Jesion" in page
    assert "The operator key ok_abcd… was made." in page


def test_viewer_sees_no_audit_log(browser: Browser, store: Store) -> None:
    assert browser("bob").get(f"/panel/{store.handle}/dziennik/").status_code == 403


FILTERS = [
    ({"what": "keys"}, ["api_key_added"]),
    ({"who": "alice"}, ["settings_saved"]),
    ({"who": "command_line"}, ["api_key_added"]),
    ({"what": "nonsense", "first": "2026-02-31", "before": "x"}, ["api_key_added", "settings_saved"]),
    ({"first": "2999-01-01"}, []),
    ({"last": "1999-01-01"}, []),
]


@pytest.mark.parametrize(("chosen", "actions"), FILTERS)
def test_list_is_narrowed_by_who_what_and_when(
    browser: Browser, store: Store, some: None, chosen: dict[str, str], actions: list[str]
) -> None:
    answer = browser().get(f"/panel/{store.handle}/dziennik/", chosen)

    shown = [row.what for row in answer.context["rows"]]
    wanted = Entry.objects.filter(action__in=actions, store=store).order_by("-pk")
    listed = [entry for entry in wanted if entry.action != Action.STORE_OPENED]
    said = [str(SENTENCES[entry.action]) % {"subject": entry.subject} for entry in listed]
    assert [one for one in shown if "opened" not in one] == said


def test_days_are_those_of_the_store(browser: Browser, store: Store) -> None:
    record(Action.SENDING_PAUSED, store_id=store.pk)
    Entry.objects.create(
        store=store,
        at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
        actor_kind="system",
        action="sending_resumed",
    )

    answer = browser().get(f"/panel/{store.handle}/dziennik/", {"first": "2026-11-22", "last": "2026-11-22"})

    assert [row.what for row in answer.context["rows"]] == ["The sending was resumed."]


def test_long_log_is_read_page_by_page(browser: Browser, store: Store) -> None:
    Entry.objects.bulk_create(
        Entry(store=store, actor_kind="system", action="sending_paused") for _ in range(120)
    )
    client, address, sizes = browser(), f"/panel/{store.handle}/dziennik/", []

    query: str | None = "what=settings"
    while query is not None:
        answer = client.get(f"{address}?{query}")
        sizes.append(len(answer.context["rows"]))
        query = answer.context["older"]

    assert sizes == [50, 50, 20]


def test_log_is_downloaded_as_a_table_without_formulas(browser: Browser, store: Store, some: None) -> None:
    record(Action.CONSENT_ADDED, store_id=store.pk, subject="=1+1", after={"name": "=HYPERLINK(1)"})

    answer: Any = browser().get(f"/panel/{store.handle}/dziennik/", {"csv": "1", "what": "consents"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["When", "Who", "From which address", "What", "Before and after", "Store"]
    assert rows[1][1:] == [
        "The installation itself",
        "",
        "The consent “=1+1” was added.",
        "Name: =HYPERLINK(1)",
        store.handle,
    ]
    assert len(rows) == 2


def test_role_of_people_is_said_in_words(browser: Browser, read: Read, store: Store) -> None:
    record(
        Action.USER_ROLE_CHANGED, store_id=store.pk, before={"role": Role.VIEWER}, after={"role": Role.OWNER}
    )

    assert "Viewer" in read(browser().get(f"/panel/{store.handle}/dziennik/"))
