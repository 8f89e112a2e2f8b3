"""Calls that schemathesis makes up from the OpenAPI document: such as it describes, and such as it does not allow."""

import logging
from collections.abc import Iterator
from itertools import product
from typing import Any

import hypothesis
import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from fuzz.campaign import Campaign
from fuzz.http.calls import mark_texts
from fuzz.http.connection import Answer
from fuzz.http.mutations import Request
from fuzz.http.raw import CallFuzzer
from fuzz.http.service import SITES, serving
from fuzz.promises import BrokenPromiseError

__all__ = ["fuzz_openapi"]

_EXAMPLES = 40  # in a row, of one operation
_TIMEOUT = 60
_SUFFIX = ".http"
# That what the document does not allow is refused is no promise: several dialects take more than they describe, as the originals do.
_CHECKS = ("status_code_conformance", "content_type_conformance", "response_headers_conformance", "response_schema_conformance")


def fuzz_openapi(campaign: Campaign) -> None:
    """Make calls to every operation in turn, until the budget is spent."""
    logging.disable(logging.WARNING)
    load_all_checks()
    with serving(SITES["cascade"], campaign.folder) as service, requests.Session() as session:
        campaign.pid = service.process.pid
        fuzzer = _SchemaFuzzer(campaign, CallFuzzer(campaign, service), session, f"http://127.0.0.1:{service.port}")
        schema: Any = schemathesis.openapi.from_dict(service.openapi())
        operations: list[Any] = [result.ok() for result in schema.get_all_operations()]
        while campaign.goes_on():
            for operation, mode in product(operations, GenerationMode):
                if not campaign.goes_on():
                    break
                fuzzer.try_operation(operation, mode)
            fuzzer.calls.check_metrics()


class _SchemaFuzzer:
    """Tries operations of the document on one service."""

    def __init__(self, campaign: Campaign, calls: CallFuzzer, session: requests.Session, address: str) -> None:
        self._campaign, self._session, self._address = campaign, session, address
        self.calls = calls
        self._checks: list[Any] = [CHECKS.get_one(name) for name in _CHECKS]

    def try_operation(self, operation: schemathesis.APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> None:
        """Make some calls to an operation."""
        tried: list[Request] = []

        @hypothesis.seed(self._campaign.random.getrandbits(64))
        @hypothesis.settings(
            max_examples=_EXAMPLES,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(operation.as_strategy(generation_mode=mode))
        def call(case: schemathesis.Case[Any]) -> None:
            tried.append(self._call(case))

        try:
            call()
        except hypothesis.errors.Unsatisfiable:
            return  # nothing that the document does not allow can be sent there
        finally:
            self.calls.check_process(tried)

    def _call(self, case: schemathesis.Case[Any]) -> Request:
        case.body = mark_texts(case.body)
        prepared = self._session.prepare_request(requests.Request(**case.as_transport_kwargs(base_url=self._address)))
        request = Request(case.method, prepared.path_url.partition("?")[0], b"".join(_raw(prepared)), has_odd_head=True)
        self._campaign.begin(request.content, suffix=_SUFFIX)
        try:
            response = self._session.send(prepared, timeout=_TIMEOUT)
        except requests.RequestException as error:
            self._campaign.report(
                f"not kept: every call is answered ({case.method} {case.path})", repr(error)[:2000], request.content, suffix=_SUFFIX
            )
            return request
        self._check(case, request, response)
        return request

    def _check(self, case: schemathesis.Case[Any], request: Request, response: requests.Response) -> None:
        headers = [(name.lower(), value) for name, value in response.headers.items()]
        try:
            self.calls.checker.check(request, Answer(response.status_code, headers, response.content))
            if response.status_code < 500:
                case.validate_response(response, checks=self._checks)
        except BrokenPromiseError as broken:
            kind, seen = broken.args
            self._campaign.report(kind, seen, request.content, suffix=_SUFFIX)
        except AssertionError as failure:
            self._campaign.report(
                f"not kept: {case.method} {case.path} does as documented", str(failure)[:4000], request.content, suffix=_SUFFIX
            )


def _raw(prepared: requests.PreparedRequest) -> Iterator[bytes]:
    """Yield the parts of a call as it could be sent again."""
    yield f"{prepared.method} {prepared.path_url} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode("utf-8", "replace")
    for name, value in prepared.headers.items():
        yield b"%b: %b\r\n" % (_bytes(name), _bytes(value))
    yield b"\r\n"
    if isinstance(prepared.body, (bytes, str)):
        yield _bytes(prepared.body)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "replace")
