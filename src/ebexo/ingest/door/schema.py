"""The schema of the door, with what the framework does not say by itself."""

from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import models_json_schema

from ebexo.events import FieldProblem, StoreEvent
from ebexo.ingest.auth import NO_CREDENTIAL
from ebexo.ingest.door.examples import EXAMPLES
from ebexo.ingest.door.telling import LIST_AT_MOST
from ebexo.ingest.problems import document

RETRY_AFTER = {
    "description": "seconds to wait before the call is made again",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
WWW_AUTHENTICATE = {"required": True, "schema": {"const": "Bearer"}}
HEADERS = {
    "401": {"WWW-Authenticate": WWW_AUTHENTICATE},
    "429": {"Retry-After": RETRY_AFTER},
    "503": {"Retry-After": RETRY_AFTER},
}

DETAILS = {
    400: "The body is not JSON in UTF-8.",
    401: NO_CREDENTIAL,
    404: "This store told no event with this id.",
    409: "Another event was told under this id before.",
    413: "A body may have 1 MB at most.",
    422: "The event can't be accepted.",
    429: "Too many events of this store wait to be sent. Send it again later.",
    500: "This is a fault of ours. It was written down.",
    503: "The event could not be stored. Send it again.",
}


class EventList(BaseModel):
    """Store events in the order in which they happened."""

    model_config = ConfigDict(extra="forbid")

    events: list[StoreEvent] = Field(min_length=1, max_length=LIST_AT_MOST)


class Door(NinjaAPI):
    """An API whose schema names problem documents as such, and shows every type of store event."""

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**where)
        for path in schema["paths"].values():
            for operation in path.values():
                _describe_problems(operation["responses"])
                if operation["operationId"] == "tell_events":
                    operation["requestBody"] = _event_body()
        schema["components"]["schemas"].update(_event_schemas())
        return schema


def _describe_problems(responses: dict[Any, dict[str, Any]]) -> None:
    for status, response in responses.items():
        if int(status) >= 400 and "application/json" in response.get("content", {}):
            shape = response["content"]["application/json"]
            response["content"] = {"application/problem+json": shape | _example(HTTPStatus(int(status)))}
            response["headers"] = HEADERS.get(str(status), {})


def _example(status: HTTPStatus) -> dict[str, Any]:
    fields = [FieldProblem("/customer/email", "This is not an e-mail address.")] if status == 422 else []
    return {"example": document(status, DETAILS[status], fields=fields)} if status in DETAILS else {}


def _event_schemas() -> dict[str, Any]:
    models = [(StoreEvent, "validation"), (EventList, "validation")]
    _, schema = models_json_schema(models, ref_template=REF_TEMPLATE)  # type: ignore[arg-type]  # the literal is lost
    definitions: dict[str, Any] = schema["$defs"]
    return definitions


def _event_body() -> dict[str, Any]:
    names = ("StoreEvent", "EventList")
    examples = {name: {"summary": name, "value": event} for name, event in EXAMPLES.items()}
    together = [EXAMPLES["customer.registered"], EXAMPLES["order.placed"]]
    examples["a list"] = {"summary": "a list", "value": {"events": together}}
    schema = {"anyOf": [{"$ref": REF_TEMPLATE.format(model=name)} for name in names]}
    return {"required": True, "content": {"application/json": {"schema": schema, "examples": examples}}}
