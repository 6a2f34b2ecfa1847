"""Secrets and a person are planted everywhere, everything goes wrong that can, and nobody may have heard of them."""

import re
from typing import Any
from urllib.parse import quote, urlencode
from zipfile import ZipFile

import pytest

DEBUG = {"EBEXO_LOG_LEVEL": "DEBUG", "EBEXO_CALL_SECONDS": "1", "EBEXO_ALERT_AFTER_SECONDS": "6"}
FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/api/contact/upsert", {"fault": "html", "status": 500}),
    ("/api/contact/upsert", {"fault": "bad_json"}),
    ("/api/contact/upsert", {"fault": "hang", "seconds": 3}),
    ("/api/contact/upsert", {"fault": "reset_before"}),
    ("/api/contact/upsert", {"fault": "reset_after"}),
    ("/api/contact/upsert", {"fault": "message_string"}),
    ("/api/contact/upsert", {"fault": "no_contact_id"}),
    ("/api/", {"fault": "status", "status": 503}),
)


PAYLOADS = "SELECT payload FROM ebexo_outbox_message"


@pytest.mark.long
@pytest.mark.both
def test_neither_a_secret_nor_a_person_leaves_where_it_belongs(
    installation, nest, door, birds, parrot, until, tmp_path
):
    printed: list[str] = []
    with_secrets = until_set_up(installation, nest, printed)
    installation.serve(**DEBUG, **with_secrets)

    everything_works(installation, nest, until)
    far_side_fails(installation, nest, until)
    calls_are_refused(installation, nest, door)
    somebody_logs_in(nest, door)
    history_has_bad_rows(installation, nest, tmp_path, printed)
    far_side_repeats_everything(installation, nest, parrot, until, printed)
    our_own_work_breaks(installation, door, until)
    bundle = helped(installation, tmp_path, printed)
    metrics = door("GET", "/metrics")

    secrets = (installation.key, *nest["kept"], door.cookies["ebexo_panel_session"])
    everybody = (nest["owner"], nest["member"], nest["client_id"], *secrets)
    logs = [
        process.log.read_text() for process in installation.processes if "sandbox" not in process.log.name
    ]
    attempts = installation.query(
        "SELECT outcome, http_status, error, excerpt, endpoint FROM ebexo_outbox_attempt"
    )
    rows = installation.query(
        "SELECT reason, notes, person_hash, person_masked, payload_sha FROM ebexo_outbox_message"
    )
    audit = installation.query('SELECT action, actor, subject, "before", "after" FROM ebexo_audit_entry')
    heard = {
        "log": birds("".join(logs), *everybody),
        "terminal": birds("".join(printed), nest["owner"], *secrets),
        "answers": [answer for answer in door.refusals if birds(answer, *everybody)],
        "attempts": birds(repr(attempts), *everybody),
        "messages": birds(repr(rows), *everybody),
        "audit log": birds(repr(audit), *secrets),
        "support bundle": birds(bundle, *everybody),
        "metrics": birds(metrics[1], *everybody),
    }
    assert heard == {name: [] for name in heard}
    assert (len(attempts) > 12, len(door.refusals) > 15, len(audit) > 5, len(printed) > 9) == (True,) * 4
    assert "".join(logs).count("\n") > 20
    assert (metrics[0], "ebexo_ingest_events_total" in metrics[1]) == (200, True)
    assert {"kanarek", "klatkowa"} <= set(
        birds(repr(installation.query(PAYLOADS)))
    )  # they do sing where they are
    assert [error for _outcome, _status, error, _excerpt, _endpoint in attempts if error]
    assert hasattr(installation, "uri") or '"alert_told"' in logs[0]  # a worker looks once a minute only


def until_set_up(installation, nest, printed):
    """A store with everything that is secret; the environment of the server."""
    installation.sandbox()
    account = {"clientId": nest["client_id"], "apiSecret": nest["api_secret"], "owners": [nest["owner"]]}
    assert (
        installation.backstage("POST", "accounts", account | {"double_opt_in": True, "active": True}).status
        == 201
    )
    if hasattr(installation, "uri"):
        installation.uri += f"{'&' if '?' in installation.uri else '?'}password={nest['database']}"
    installation.open_store(
        "--email",
        nest["owner"],
        "--client-id",
        nest["client_id"],
        "--set",
        "rate=1000",
        secret=nest["api_secret"],
    )
    rotated = installation.run("store", "rotate-signing-secret", installation.store, "--json")
    added = installation.run("user", "add", nest["member"], "--role", "owner", "--store", installation.store)
    printed += [rotated.stderr, added.stderr]
    signing, token = re.findall(r"whsec_[^\"]+", rotated.stdout), re.findall(r"token=(\S+)", added.stdout)
    nest["kept"], nest["token"] = [*signing, *token], token[0]
    url = f"smtp://panel:{nest['letterbox']}@127.0.0.1:1"
    return {"EBEXO_EMAIL_URL": url, "EBEXO_EMAIL_FROM": "panel@shop.example"}


def told(number, nest, kind="customer.updated", **parts):
    event = {"id": f"event-{number}", "type": kind, "occurred_at": "2026-11-01T10:00:00Z"}
    return event | {"customer": nest["person"]} | parts


def tell(installation, event, expected=202):
    assert installation.post(f"http://{installation.web}/api/v1/events", event).status == expected


def everything_works(installation, nest, until):
    tell(installation, told("a", nest, "customer.registered"))
    tell(installation, told("b", nest, "cart.product_added", cart=nest["cart"]))
    tell(installation, told("c", nest, "order.placed", order=nest["order"]))
    until(
        lambda: (
            installation.states("a", "b", "c") == ["delivered", "superseded", "delivered"]
            or installation.states("a", "b", "c") == ["delivered"] * 3
        ),
        seconds=40,
    )


def far_side_fails(installation, nest, until):
    for number, (path, fault) in enumerate(FAULTS):
        installation.fault(path, times=1, **fault)
        tell(installation, told(number, nest))
        until(lambda number=number: installation.states(number) == ["delivered"], seconds=60)
    installation.fault("/api/", "refuse_email", email=nest["person"]["email"], times=1)
    tell(installation, told("refused", nest))
    until(lambda: installation.states("refused")[0] in ("failed", "delivered"), seconds=60)


def calls_are_refused(installation, nest, door):
    bearer = {"Authorization": f"Bearer {installation.key}"}
    wrong = {"Authorization": f"Bearer {nest['wrong_key']}"}
    person = nest["person"]
    email, key = quote(person["email"]), nest["callback_key"]
    for event in (
        told(1, nest, "customer.sang"),
        told(1, nest) | {"occurred_at": person["email"]},
        told("a", nest, "customer.registered", consents=[]) | {"customer": person | {"language": "xx"}},
        told(2, nest) | {"customer": person | {"email": "kanarek.zolty gniazdko", "phone": ["600999111"]}},
        told(3, nest) | {"song": person["email"]},
        told("x" * 100 + person["email"], nest),
        {"events": [told(4, nest, "kanarek"), {"id": person["email"]}]},
        [person],
        person["email"],
        f'{{"id": "{person["email"]}", "customer"'.encode(),
        b"\xff\xfe" + person["email"].encode("utf-16"),
        ("[" * 30 + f'"{person["email"]}"' + "]" * 30).encode(),
    ):
        door("POST", "/api/v1/events", event, **bearer)
    door("POST", "/api/v1/events", told(5, nest), **wrong)
    door("POST", "/api/v1/imports", {"kind": person["email"], "rows": [person]}, **bearer)
    door("POST", "/api/v1/stores", {"name": person["last_name"]}, **wrong)
    door("GET", f"/api/v1/contacts?email={email}", **wrong)
    door("GET", f"/api/v1/contacts?email=x{email}&customer_id=ptak-4711", **bearer)
    door("GET", f"/api/v1/events/{email}", **bearer)
    door("DELETE", f"/api/v1/events?email={email}", **bearer)
    door("GET", f"/api/nothing/{email}?email={email}")
    door("GET", f"/nothing/{email}?email={email}")
    for method in ("GET", "POST", "PUT"):
        door(method, f"/callbacks/salesmanago/{installation.store}/opt-out?email={email}&key={key}")
    door("GET", f"/callbacks/salesmanago/nobody/opt-in?email={email}&key={key}")
    door("GET", f"/storefront/pk_nobody/ebexo.js?email={email}")
    door("POST", f"/storefront/{installation.store}/identity", {"token": nest["wrong_key"], "email": email})


def somebody_logs_in(nest, door):
    """With a wrong password, with somebody else's e-mail, and at last in the right way."""
    page = f"/panel/invitation/?token={nest['token']}"
    fields = {"password": nest["password"], "again": nest["password"]}
    enter(door, page, **fields)
    door.cookies.clear()
    for email, password in (
        (nest["person"]["email"], nest["wrong_password"]),
        (nest["member"], nest["wrong_password"]),
        (nest["member"], nest["password"]),
    ):
        status = enter(door, "/panel/login/", username=email, password=password)
    assert status == 302
    door("GET", page)
    door("GET", f"/panel/nothing/?email={nest['person']['email']}")
    door("POST", "/panel/login/", urlencode({"username": nest["person"]["email"]}).encode())


def enter(door, page, **fields):
    door("GET", page)
    form = urlencode(fields | {"csrfmiddlewaretoken": door.cookies.get("ebexo_panel_csrf", "")}).encode()
    return door("POST", page, form, **{"Content-Type": "application/x-www-form-urlencoded"})[0]


def history_has_bad_rows(installation, nest, tmp_path, printed):
    person = nest["person"]
    rows = tmp_path / "customers.csv"
    rows.write_text(
        "email,first_name,phone,birth_date\n"
        f"{person['email']},Kanaryjka,600999111,1977-07-17\n"
        "kanarek bez malpy,Kanaryjka,600999111,1977-07-17\n"
        f"{person['email']},Kanaryjka,600999111,tirilirili\n"
    )
    unreadable = tmp_path / "unreadable.csv"
    unreadable.write_text(f"{person['email']};{person['last_name']}\nkanarek;600999111\n")
    for arguments in (["--rehearse"], []):
        done = installation.run("import", "customers", str(rows), "--store", installation.store, *arguments)
        printed += [done.stdout, done.stderr]
        assert done.returncode == 0, done.stderr
    done = installation.run("import", "customers", str(unreadable), "--store", installation.store)
    printed += [done.stdout, done.stderr]
    assert done.returncode == 2


def far_side_repeats_everything(installation, nest, parrot, until, printed):
    """Whoever answers at the new endpoint is a fraud who sends back what it was sent."""
    there = installation.another_far_side()
    parrot(there)
    installation.change(f"UPDATE ebexo_stores_account SET endpoint = 'http://{there}'")
    for number in range(7):
        tell(
            installation,
            told(f"parrot-{number}", nest | {"person": nest["person"] | {"id": f"ptak-4711-{number}"}}),
        )
    before = installation.query("SELECT COUNT(*) FROM ebexo_outbox_attempt")[0][0]
    for _call in range(8):
        installation.change("UPDATE ebexo_outbox_lane SET backoff_until = NULL, paused_reason = NULL")
        installation.change(
            "UPDATE ebexo_outbox_key SET due_at = accepted FROM (SELECT MIN(accepted_at) AS accepted "
            "FROM ebexo_outbox_message) AS first WHERE due_at IS NOT NULL"
        )
        tell(installation, told(f"wake-{_call}", nest, "customer.logged_in"))
        now = installation.query("SELECT COUNT(*) FROM ebexo_outbox_attempt")[0][0]
        until(
            lambda now=now: installation.query("SELECT COUNT(*) FROM ebexo_outbox_attempt")[0][0] > now,
            seconds=30,
        )
    assert installation.query("SELECT COUNT(*) FROM ebexo_outbox_attempt")[0][0] >= before + 7
    done = installation.run("doctor", "--store", installation.store)
    printed += [done.stdout, done.stderr]
    done = installation.run("store", "update", installation.store, "--endpoint", f"http://{there}", "--json")
    printed += [done.stdout.replace(installation.store, ""), done.stderr]


def our_own_work_breaks(installation, door, until):
    """What waits can't be read any more, and a table is gone while somebody tells something."""
    broken = '\'{"customer": {"email": "kanarek.zolty@gniazdko.example", "phone": 600999111\''
    installation.change(f"UPDATE ebexo_outbox_message SET payload = {broken} WHERE state = 'waiting'")
    installation.change("UPDATE ebexo_outbox_lane SET backoff_until = NULL, paused_reason = NULL")
    until(
        lambda: installation.query("SELECT 1 FROM ebexo_outbox_message WHERE reason = 'our_fault'"),
        seconds=40,
    )
    installation.change("ALTER TABLE ebexo_outbox_message RENAME TO elsewhere")
    try:
        bearer = {"Authorization": f"Bearer {installation.key}"}
        event = {"id": "late", "type": "customer.updated", "occurred_at": "2026-11-01T10:00:00Z"}
        customer = {"email": "kanarek.zolty@gniazdko.example", "first_name": "Kanaryjka"}
        statuses = [
            door("POST", "/api/v1/events", event | {"customer": customer}, **bearer)[0],
            door("GET", f"/panel/{installation.store}/aktywnosc/?email=kanarek.zolty@gniazdko.example")[0],
        ]
    finally:
        installation.change("ALTER TABLE elsewhere RENAME TO ebexo_outbox_message")
    assert min(statuses) >= 500


def helped(installation, tmp_path, printed):
    """Every file of a support bundle, as one text."""
    log = next(
        process.log for process in reversed(installation.processes) if "sandbox" not in process.log.name
    )
    output = tmp_path / "help.zip"
    done = installation.run("support-bundle", "--all", "--output", str(output), "--log", str(log))
    printed += [done.stdout, done.stderr]
    assert done.returncode == 0, done.stderr
    with ZipFile(output) as bundle:
        return "".join(bundle.read(name).decode() for name in bundle.namelist())
