"""The parts of the OpenAPI document that belong to no single route: how to authenticate, and the types of bodies."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["KEYS", "PUBLIC_OPERATION", "TIMEOUT_PARAMETER", "Api", "Security", "WrittenAs", "schema_reference"]

Security = Sequence[Mapping[str, Sequence[str]]]
"""Alternatives of which a call needs one, as OpenAPI writes them: names of security schemes, each with no scopes."""

KEYS: Security = ({"bearer": []}, {"keyHeader": []}, {"keyQuery": []})
"""A call needs a key, sent in one of the three ways that every protocol takes."""

_MALFORMED = {"description": "The request is not well-formed HTTP.", "content": {"text/plain": {"schema": {"type": "string"}}}}

_FOREIGN_HOST = {
    "description": "The service is not called by the host of the request.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

PUBLIC_OPERATION: dict[str, Any] = {"security": [], "responses": {"400": _MALFORMED, "403": _FOREIGN_HOST}}
"""For ``openapi_extra`` of routes that need no key and refuse no request that reaches the service by a name that it has."""

TIMEOUT_PARAMETER: dict[str, Any] = {
    "name": "X-Request-Timeout",
    "in": "header",
    "required": False,
    "description": "How long the answer is waited for, such as `800ms`, `2s` or `0.8`, from when the call begins to arrive; 1 h at most.",
    "schema": {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]+)?(ms|s)?$"},
    "example": "10s",
}
"""The header by which a call says until when its answer is of use."""

_REFERENCE_TEMPLATE = "#/components/schemas/{model}"
_SCHEMA_MODE: Literal["validation"] = "validation"
_OPEN_NOTE = "A service that is open needs no key."
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": f"`Authorization: Bearer KEY`. {_OPEN_NOTE}"},
    "keyHeader": {"type": "apiKey", "in": "header", "name": "X-API-KEY", "description": f"`X-API-KEY: KEY`. {_OPEN_NOTE}"},
    "keyQuery": {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": f"`?key=KEY`, as clients of Perspective send it. {_OPEN_NOTE}",
    },
}


def schema_reference(message_type: type) -> dict[str, str]:
    """Return the JSON schema that refers to a type; the app has to know it, as one of its ``message_types``."""
    return {"$ref": _REFERENCE_TEMPLATE.format(model=message_type.__name__)}


@dataclass(frozen=True)
class WrittenAs:
    """For ``Annotated[str, WrittenAs(Label)]``: a string that the document describes as a value of an enumeration.

    The enumeration is one schema, which every such field refers to, so that generators of clients make one type of it.

    Attributes:
        values: the enumeration.
    """

    values: type[Enum]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Return the schema of the enumeration, in place of that of a string."""
        return handler.generate_schema(self.values)


class _Schemas(GenerateJsonSchema):
    """JSON schemas without what misleads generators of clients."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Return the schema of a field without its default: openapi-typescript asks callers for every field that has one."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False: a title that repeats the name of its field helps nobody."""
        return False


class _EndpointRoute(APIRoute):
    """A route whose endpoint takes the request and returns the answer, and which the framework has nothing to prepare for.

    Finding that out takes the framework a quarter of the time of a small call.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint itself."""
        return self.endpoint


class Api(FastAPI):
    """An app whose endpoints read and write their bodies themselves, and refer to the types of these by `schema_reference`.

    Attributes:
        message_types: the types of the bodies: pydantic models and typed dictionaries.
        security_schemes: security schemes besides the three of `KEYS`, by name, as OpenAPI writes them.
    """

    message_types: Sequence[Any] = ()
    security_schemes: Mapping[str, Any] = {}

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.router.route_class = _EndpointRoute

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, which is built at the first call."""
        if self.openapi_schema is None:
            document = super().openapi()
            adapters = [(message_type, _SCHEMA_MODE, TypeAdapter(message_type)) for message_type in self.message_types]
            _, schemas = TypeAdapter.json_schemas(adapters, ref_template=_REFERENCE_TEMPLATE, schema_generator=_Schemas)
            components = document.setdefault("components", {})
            components["schemas"] = components.get("schemas", {}) | schemas["$defs"]
            components["securitySchemes"] = _SCHEMES | dict(self.security_schemes)
        return self.openapi_schema or {}
