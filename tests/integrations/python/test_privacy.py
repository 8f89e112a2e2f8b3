"""Texts and keys stay out of logs, errors and printed objects, whatever happens to a call."""

import logging
import socket
import traceback
from pathlib import Path

import pytest
from tipstaff_client import Comment, TipstaffClientError

from service.store.stored_types import Scope
from tests.integrations.python.conftest import MakeClient
from tests.integrations.raw_server import QUOTING_ANSWERS, Respond, raw_server
from tests.service.http.conftest import MakeKey, Serve

SECRET_WORD = "Rumpelstilzchen"
TEXT = f"Shut up, you pathetic {SECRET_WORD}."
KEY = "tip_Aschenputtel"
WRONG_KEY = "tip_Dornroeschen"


@pytest.mark.parametrize("make_client", ["sync", pytest.param("async", marks=pytest.mark.nightly)], indirect=True)
def test_logs_and_errors_of_the_service_hold_no_text(
    serve: Serve, make_client: MakeClient, make_key: MakeKey, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With every log at its most talkative, calls that succeed and calls that fail leave neither text nor key anywhere."""
    caplog.set_level(logging.DEBUG)
    key = make_key(tmp_path, Scope.SCORE)
    errors = []
    comment = Comment("c1", TEXT, author=TEXT, parent_text=TEXT, title=TEXT)
    with serve(open=False, limit_per_key="4/hour") as service:
        address = str(service.base_url)
        client = make_client(address, key, retries=1)
        printed = [repr(client), repr(comment), repr(client.moderate(comment)), repr(client.moderate([TEXT], explain=True))]
        for made, options in [
            (client, {"policy": "none"}),
            (make_client(address, WRONG_KEY), {}),
            (client, {}),
            (client, {}),
            (client, {}),
        ]:
            try:
                made.moderate(TEXT, **options)
            except TipstaffClientError as error:
                errors.append(error)

    assert len(errors) >= 3
    assert "/v1/moderate" in caplog.text
    written = "".join([caplog.text, *printed, *("".join(traceback.format_exception(error)) for error in errors)])
    written += "".join(f"{error!r} {vars(error)}" for error in errors)
    assert [secret for secret in (SECRET_WORD, key, WRONG_KEY) if secret in written] == []


@pytest.mark.parametrize("respond", QUOTING_ANSWERS.values(), ids=QUOTING_ANSWERS)
def test_what_quotes_a_call_is_not_repeated(make_client: MakeClient, respond: Respond, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that repeats what it was sent, from a proxy or a stranger, is repeated neither in the log nor in the error."""
    caplog.set_level(logging.DEBUG)
    with raw_server(respond) as address, pytest.raises(TipstaffClientError) as error:
        make_client(address, KEY, retries=1).moderate(TEXT)

    written = caplog.text + "".join(traceback.format_exception(error.value)) + f"{error.value!r} {vars(error.value)}"
    assert SECRET_WORD not in written
    assert KEY not in written
    assert error.value.__context__ is None


def test_errors_hold_no_request(make_client: MakeClient) -> None:
    """An error does not lead to the request that failed, which a reporter of errors would send along."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(TipstaffClientError) as error:
        make_client(f"http://127.0.0.1:{port}", KEY, retries=0).moderate(TEXT)

    assert error.value.__cause__ is None
    assert error.value.__context__ is None
