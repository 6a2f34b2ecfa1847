"""Answers put in the place of the right one."""

from collections.abc import Callable

from salesmanago_sandbox.faults.fault import Fault
from salesmanago_sandbox.replies import Reply, failure

ERROR_PAGE = "<!doctype html><html><title>Error</title><body><h1>Error {status}</h1></body></html>"

Change = Callable[[Fault, Reply], Reply]


def changed(fault: Fault, reply: Reply) -> Reply:
    change = CHANGES.get(fault.name)
    return reply if change is None else change(fault, reply)


def status(fault: Fault, _: Reply) -> Reply:
    return failure(f"Error {fault.status}", status=fault.status)


def html(fault: Fault, _: Reply) -> Reply:
    page = ERROR_PAGE.format(status=fault.status)
    return Reply(status=fault.status, content=page, content_type="text/html")


def retry_after(fault: Fault, _: Reply) -> Reply:
    # The header counts whole seconds.
    headers = {"Retry-After": f"{fault.seconds:.0f}"}
    return failure("Too many requests", status=fault.status, headers=headers)


def empty(_: Fault, reply: Reply) -> Reply:
    return Reply(status=reply.status, content="")


def bad_json(_: Fault, reply: Reply) -> Reply:
    return Reply(status=reply.status, content=reply.text[:-2])


def refuse_email(fault: Fault, _: Reply) -> Reply:
    return failure(f"Email refused: {fault.email}")


def owner_inactive(_: Fault, __: Reply) -> Reply:
    return failure("Not authenticated, invalid owner")


def account_inactive(_: Fault, __: Reply) -> Reply:
    return failure("Not authenticated")


def redirect(_: Fault, __: Reply) -> Reply:
    # 307 asks to repeat the body, credentials and all. Who follows is seen in the journal.
    return Reply(status=307, content="", headers={"Location": "/api/redirected"})


def message_string(_: Fault, reply: Reply) -> Reply:
    """The same answer, its `message` a plain text."""
    content = reply.content
    if not isinstance(content, dict):
        return reply
    message = ", ".join(content.get("message", [])) or "OK"
    return Reply(status=reply.status, content={**content, "message": message})


def no_contact_id(_: Fault, reply: Reply) -> Reply:
    content = reply.content
    if not isinstance(content, dict):
        return reply
    kept = {name: value for name, value in content.items() if name != "contactId"}
    return Reply(status=reply.status, content=kept)


CHANGES: dict[str, Change] = {
    "status": status,
    "html": html,
    "retry_after": retry_after,
    "empty": empty,
    "bad_json": bad_json,
    "refuse_email": refuse_email,
    "owner_inactive": owner_inactive,
    "account_inactive": account_inactive,
    "redirect": redirect,
    "message_string": message_string,
    "no_contact_id": no_contact_id,
}
