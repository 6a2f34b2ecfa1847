"""Creating and changing many contacts in one call, and how far an asynchronous batch is."""

import time
from typing import TYPE_CHECKING, Any

import pytest

from salesmanago_sandbox import later

if TYPE_CHECKING:
    from tests.contract.conftest import RunningSandbox

JAN, ANNA = "jan@example.com", "anna@example.com"


def item(email: str, **fields: Any) -> dict[str, Any]:
    return {"contact": {"email": email}, "forceOptOut": True, **fields}


def emails(sandbox: "RunningSandbox") -> list[str]:
    return [contact["email"] for contact in sandbox.get("/_sandbox/contacts")["contacts"]]


def warnings(sandbox: "RunningSandbox") -> list[str]:
    return [warning["what"] for warning in sandbox.get("/_sandbox/warnings")["warnings"]]


def test_synchronous_batch_answers_with_the_ids(sandbox: "RunningSandbox") -> None:
    known = sandbox.upsert(JAN, forceOptOut=True)["contactId"]
    items = [item("Jan@example.com", tags=["vip"]), item(ANNA, lang="EN")]

    answer = sandbox.call("contact/batchupsert", upsertDetails=items, lang="PL", fireEvents=False)

    assert answer == {
        "success": True,
        "message": [],
        "contactIds": {"Jan@example.com": known, ANNA: sandbox.contact(ANNA)["contactId"]},
    }
    assert (sandbox.contact(JAN)["tags"], sandbox.contact(JAN)["lang"]) == (["VIP"], "PL")
    assert sandbox.contact(ANNA)["lang"] == "EN"


def test_refused_items_have_no_id_and_the_others_are_written(sandbox: "RunningSandbox") -> None:
    answer = sandbox.call("contact/batchupsert", upsertDetails=[item("nobody"), item(JAN), {}])

    assert list(answer["contactIds"]) == [JAN]
    assert warnings(sandbox) == [
        "Item 1 was refused: Invalid email.",
        "Item 3 was refused: No email specified.",
    ]


def test_asynchronous_batch_answers_with_a_number(sandbox: "RunningSandbox") -> None:
    answer = sandbox.call("contact/batchupsertv2", upsertDetails=[item(JAN), item(ANNA)])
    next_answer = sandbox.call("contact/batchupsertv2", upsertDetails=[item(JAN)])

    assert answer == {"success": True, "message": [], "requestId": answer["requestId"]}
    assert next_answer["requestId"] == answer["requestId"] + 1
    assert emails(sandbox) == [JAN, ANNA]


@pytest.mark.parametrize("method", ["contact/batchupsert", "contact/batchupsertv2"])
class TestBoth:
    def test_double_opt_in_is_on_unless_the_batch_says_no(
        self, sandbox: "RunningSandbox", method: str
    ) -> None:
        opt_in = {"forceOptIn": True, "forceOptOut": False}

        sandbox.call(method, upsertDetails=[item(JAN, **opt_in)])
        sandbox.call(method, upsertDetails=[item(ANNA, **opt_in)], useApiDoubleOptIn=False)

        assert sandbox.contact(JAN)["email_status"] == "pending_doi"
        assert sandbox.contact(ANNA)["email_status"] == "opt_in"

    def test_vendors_own_export_moves_no_status(self, sandbox: "RunningSandbox", method: str) -> None:
        sandbox.upsert(JAN, forceOptIn=True)

        sandbox.call(method, upsertDetails=[item(JAN), item(ANNA)], internalIntegration=True)

        assert sandbox.contact(JAN)["email_status"] == "opt_in"
        assert sandbox.contact(ANNA)["email_status"] == "opt_out"

    def test_batch_without_items_is_refused(self, sandbox: "RunningSandbox", method: str) -> None:
        answer = sandbox.call(method, upsertDetails=[])

        assert answer == {"success": False, "message": ["No upsertDetails specified"]}

    def test_batch_that_is_too_long_is_refused_whole(self, sandbox: "RunningSandbox", method: str) -> None:
        answer = sandbox.call(method, upsertDetails=[item(JAN)] * 1001)

        assert answer == {"success": False, "message": ["Too many upsertDetails: 1001, at most 1000"]}
        assert emails(sandbox) == []

    def test_long_text_refuses_one_item_where_the_switch_says_so(
        self, sandbox: "RunningSandbox", method: str
    ) -> None:
        sandbox.post("/_sandbox/switches", {"long_values": "reject"})

        sandbox.call(method, upsertDetails=[item(JAN, province="x" * 256), item(ANNA)])

        assert emails(sandbox) == [ANNA]


class TestJob:
    def test_job_is_in_progress_once_and_then_silent(self, sandbox: "RunningSandbox") -> None:
        request_id = sandbox.call("contact/batchupsertv2", upsertDetails=[item(JAN)])["requestId"]

        answers = [sandbox.call("job/status", requestId=known) for known in (request_id, str(request_id))]

        assert answers == [
            {"success": True, "message": ["In progress"]},
            {"success": True, "message": []},
        ]

    def test_job_names_a_file_with_each_result_where_the_switch_says_so(
        self, sandbox: "RunningSandbox"
    ) -> None:
        sandbox.post("/_sandbox/switches", {"job_file": True, "job_polls": 0})
        items = [item(JAN), item("nobody")]
        request_id = sandbox.call("contact/batchupsertv2", upsertDetails=items)["requestId"]

        answer = sandbox.call("job/status", requestId=request_id)

        address = f"{sandbox.url}/_sandbox/jobs/{request_id}"
        assert answer == {"success": True, "message": [], "fileUrl": address}
        job = sandbox.get(f"/_sandbox/jobs/{request_id}")
        assert (job["requestId"], job["done"]) == (request_id, True)
        assert job["results"] == [
            {"email": JAN, "contactId": sandbox.contact(JAN)["contactId"], "problem": None},
            {"email": "nobody", "contactId": None, "problem": "Invalid email"},
        ]

    @pytest.mark.parametrize("request_id", [7, "7", "seven", "9" * 5000, None, True])
    def test_unknown_job_is_refused(self, sandbox: "RunningSandbox", request_id: Any) -> None:
        answer = sandbox.call("job/status", requestId=request_id)

        assert answer == {"success": False, "message": ["Request not found"]}
        assert sandbox.request("GET", "/_sandbox/jobs/7").json == {"problem": "There is no job 7."}


class TestDelay:
    """Asynchronous writes come a while later where the switch says so."""

    @pytest.fixture(autouse=True)
    def _delay(self, sandbox: "RunningSandbox", monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(later, "SECOND", 0.3)
        sandbox.post("/_sandbox/switches", {"async_delay": 1})

    @staticmethod
    def arrives(sandbox: "RunningSandbox", email: str) -> Any:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if email in emails(sandbox):
                return sandbox.contact(email)
            time.sleep(0.05)
        raise AssertionError(email)

    def test_contact_has_its_id_before_it_is_there(self, sandbox: "RunningSandbox") -> None:
        first = sandbox.upsert(JAN, **{"async": True}, forceOptOut=True, tags=["late"])
        again = sandbox.upsert(JAN, **{"async": True}, forceOptOut=True)
        batch = sandbox.call("contact/batchupsertv2", upsertDetails=[item(ANNA)])
        synchronous = sandbox.upsert("now@example.com", forceOptOut=True)
        at_once = emails(sandbox)
        in_progress = [sandbox.call("job/status", requestId=batch["requestId"])["message"] for _ in range(2)]

        contact = self.arrives(sandbox, JAN)

        assert at_once == ["now@example.com"]
        assert in_progress == [["In progress"]] * 2
        assert first["contactId"] == again["contactId"] == contact["contactId"]
        assert contact["tags"] == ["LATE"]
        assert synchronous["success"] is True
        assert self.arrives(sandbox, ANNA)["email"] == ANNA
        assert sandbox.call("job/status", requestId=batch["requestId"])["message"] == []

    def test_write_that_became_impossible_is_warned_of(self, sandbox: "RunningSandbox") -> None:
        contact_id = sandbox.upsert(JAN, forceOptOut=True)["contactId"]
        sandbox.upsert(JAN, **{"async": True, "contact": {"contactId": contact_id, "name": "Jan"}})
        sandbox.call("contact/delete", email=JAN, permanently=True)

        deadline = time.monotonic() + 5
        while not warnings(sandbox) and time.monotonic() < deadline:
            time.sleep(0.05)

        assert warnings(sandbox) == ["The write could not be done later: Contact not found."]

    def test_reset_forgets_what_waits(self, sandbox: "RunningSandbox") -> None:
        sandbox.upsert(JAN, **{"async": True}, forceOptOut=True)

        sandbox.post("/_sandbox/reset")
        time.sleep(0.4)

        assert emails(sandbox) == []
