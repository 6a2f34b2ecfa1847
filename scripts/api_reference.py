"""Write docs/reference/http-api-schema.md anew from the schema of the HTTP API.

It is one of those that `python -m scripts.reference` writes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.page_text import anchor, table

PAGE = Path(__file__).parents[1] / "docs/reference/http-api-schema.md"
BEGINNING = """# The schema of the HTTP API

Every operation with its parameters, bodies and answers, and an example of every type of store event. Written from
`/api/v1/openapi.json` by `python -m scripts.reference`: change the code, not this page. What it all means stands in
[HTTP API](http-api.md), [Store events](store-events.md) and [HTTP API for platforms](platform-api.md).
"""
FORMATS = {"date-time": "moment, ISO 8601 with an offset", "date": "day", "binary": "file", "uuid": "UUID"}
KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
}

Schema = dict[str, Any]


def page(schema: Schema) -> str:
    """The whole page in Markdown. The same schema always gives the same text."""
    operations = list(_operations(schema))
    parts = [
        BEGINNING,
        table(["Operation", "What it does"], [_overview(*operation) for operation in operations]),
        "## Credentials\n",
        table(["Credential", "How it is sent"], list(_credentials(schema))),
        *(_operation(*operation) for operation in operations),
        "## Examples of bodies\n",
        *_examples(operations),
        "## Objects\n",
        *(_object(name, shape) for name, shape in sorted(schema["components"]["schemas"].items())),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _overview(method: str, path: str, operation: Schema) -> list[str]:
    title = f"{method} {path}"
    return [f"[`{title}`](#{anchor(title)})", operation["summary"]]


def _operation(method: str, path: str, operation: Schema) -> str:
    parts = [f"## `{method} {path}`\n", f"{operation['summary']}. {_paragraphs(operation)}"]
    credentials = [f"[{name}](#credentials)" for names in operation.get("security", []) for name in names]
    if credentials:
        parts.append(f"Credential: {' or '.join(credentials)}.\n")
    if parameters := operation.get("parameters"):
        parts.append(table(["Parameter", "In", "Type", "Meaning"], [_parameter(each) for each in parameters]))
    for content_type, body in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"The body, `{content_type}`: {_type(body['schema'])}.\n")
    answers = [[str(status), *_answer(answer)] for status, answer in _by_status(operation)]
    parts.append(table(["Status", "Body", "Headers"], answers))
    return "\n".join(parts)


def _by_status(operation: Schema) -> list[tuple[str, Schema]]:
    return sorted((str(status), answer) for status, answer in operation["responses"].items())


def _paragraphs(operation: Schema) -> str:
    """Lines broken in the code are one paragraph here."""
    paragraphs = operation.get("description", "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).strip() + "\n"


def _credentials(schema: Schema) -> Iterator[list[str]]:
    for name, scheme in schema["components"].get("securitySchemes", {}).items():
        where = "`Authorization: Bearer …`" if scheme["type"] == "http" else f"`{scheme.get('name')}`"
        yield [name, f"{where}. {scheme.get('description', '')}".strip()]


def _parameter(parameter: Schema) -> list[str]:
    required = ", required" if parameter.get("required") else ""
    type_ = f"{_type(parameter['schema'])}{required}"
    return [f"`{parameter['name']}`", parameter["in"], type_, _meaning(parameter["schema"] | parameter)]


def _answer(answer: Schema) -> list[str]:
    shapes = [
        _type(content["schema"]) for content in answer.get("content", {}).values() if "schema" in content
    ]
    headers = [f"`{name}`" for name in answer.get("headers", {})]
    return [", ".join(shapes), ", ".join(headers)]


def _examples(operations: list[tuple[str, str, Schema]]) -> Iterator[str]:
    for _method, _path, operation in operations:
        for body in operation.get("requestBody", {}).get("content", {}).values():
            for name, example in body.get("examples", {}).items():
                text = json.dumps(example["value"], ensure_ascii=False, indent=2)
                yield f"### `{name}`\n\n```json\n{text}\n```\n"


def _object(name: str, shape: Schema) -> str:
    parts = [f"### {name}\n"]
    if description := " ".join(shape.get("description", "").split()):
        parts.append(f"{description}\n")
    if "properties" in shape:
        required = shape.get("required", [])
        rows = [
            [f"`{field}`", f"{_type(kind)}{', required' if field in required else ''}", _meaning(kind)]
            for field, kind in shape["properties"].items()
        ]
        parts.append(table(["Field", "Type", "Meaning"], rows))
    else:
        parts.append(f"{_type(shape)}\n")
    return "\n".join(parts)


def _type(kind: Schema) -> str:
    """The kind of value in words."""
    if "$ref" in kind:
        name = kind["$ref"].rpartition("/")[2]
        return f"[{name}](#{anchor(name)})"
    if choices := kind.get("anyOf") or kind.get("oneOf") or kind.get("allOf"):
        told = [_type(choice) for choice in choices if choice.get("type") != "null"]
        between = ", or " if any("," in each for each in told) else " or "
        return between.join([*told, *(["null"] if len(told) < len(choices) else [])])
    if values := kind.get("enum") or ([kind["const"]] if "const" in kind else None):
        return ", ".join(f"`{value}`" for value in values)
    if kind.get("type") == "array":
        return f"list of {_type(kind.get('items', {}))}{_limits(kind, 'minItems', 'maxItems', '')}"
    words = FORMATS.get(kind.get("format", "")) or KINDS.get(kind.get("type", ""), "anything")
    if kind.get("type") == "string":
        return words + _limits(kind, "minLength", "maxLength", " characters")
    return words + _limits(kind, "minimum", "maximum", "")


def _limits(kind: Schema, least: str, most: str, unit: str) -> str:
    if least in kind and most in kind:
        return f", {kind[least]} to {kind[most]}{unit}"
    if most in kind:
        return f", at most {kind[most]}{unit}"
    return f", at least {kind[least]}{unit}" if least in kind else ""


def _meaning(kind: Schema) -> str:
    parts = [" ".join(kind.get("description", "").split())]
    if kind.get("default") not in (None, [], {}, ""):
        parts.append(f"`{kind['default']}` where it is absent")
    if examples := kind.get("examples"):
        parts.append(f"such as `{examples[0]}`")
    return "; ".join(filter(None, parts))


def current_schema() -> Schema:
    """What `/api/v1/openapi.json` answers. Django has to be set up."""
    from ebexo import urls  # every module's router is added there
    from ebexo.ingest.api import api

    assert urls.urlpatterns  # noqa: S101  (it is imported for what it does)
    schema: Schema = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    return schema
