"""How far an asynchronous batch is."""

import re
from typing import Any

from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.refusals import RefusedError
from salesmanago_sandbox.replies import Reply, success


def job_status(call: Call) -> Reply:
    """In progress for some polls, then an empty message. The texts are ours."""
    job = call.sandbox.jobs.find(_whole(call.body.get("requestId")))
    if job is None or job.client_id != call.account.client_id:
        raise RefusedError("Request not found")
    job.polls += 1
    call.sandbox.changed()
    if not job.done or job.polls <= call.switches.job_polls:
        return Reply(status=200, content={"success": True, "message": ["In progress"]})
    if call.switches.job_file:
        return success(fileUrl=f"{call.origin}/_sandbox/jobs/{job.request_id}")
    return success()


def _whole(value: Any) -> int:
    """Other clients send it as a text."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


METHODS = (Method("job/status", job_status, needs_owner=False),)
