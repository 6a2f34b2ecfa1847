"""Users of the account."""

from salesmanago_sandbox.methods.method import Call, Method
from salesmanago_sandbox.replies import Reply, success


def list_by_client(call: Call) -> Reply:
    """The e-mails that may stand in `owner`. Asks for no owner itself, so it proves the credentials alone."""
    return success(users=list(call.account.owners))


METHODS = (Method("user/listByClient", list_by_client, needs_owner=False),)
