"""Tells an MLflow server of a version, by its REST interface, where ``MLFLOW_TRACKING_URI`` names one.

Each version becomes a run, with how it was made as parameters, the figures of the gate as metrics, and a version of a registered model that
leads back to our own registry. MLflow's own client is not needed. What it needs in the environment, we take from there too
(https://mlflow.org/docs/latest/ml/tracking/): ``MLFLOW_TRACKING_TOKEN``, ``MLFLOW_TRACKING_USERNAME`` with ``MLFLOW_TRACKING_PASSWORD``,
``MLFLOW_TRACKING_SERVER_CERT_PATH``, ``MLFLOW_TRACKING_CLIENT_CERT_PATH``, ``MLFLOW_TRACKING_INSECURE_TLS`` and ``MLFLOW_EXPERIMENT_NAME``.
"""

import math
import re
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

from service.registry.activation import GateJson
from service.registry.registry import Registry
from service.registry.registry_documents import VersionRecord

if TYPE_CHECKING:
    import httpx

__all__ = ["ADDRESS", "track_version"]

ADDRESS = "MLFLOW_TRACKING_URI"
"""The environment variable that names the server."""

_EXPERIMENT = "tipstaff"
_API = "/api/2.0/mlflow/"
_PATIENCE = 10.0
_LONGEST_VALUE = 500
_MOST_AT_ONCE = 100
_OTHER_LETTERS = re.compile(r"[^A-Za-z0-9_\-. /]")
_TRUE = {"1", "true"}
_V = TypeVar("_V")


class _AnswerError(Exception):
    """The server answered with an error; the text is for people."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the server is told of a version.

    Attributes:
        version: its name.
        params, tags: by name.
        metrics: by name; finite.
    """

    version: str
    params: dict[str, str]
    tags: dict[str, str]
    metrics: dict[str, float]


def track_version(registry: Registry, version: str, environment: Mapping[str, str]) -> str | None:
    """Tell the MLflow server that the environment names of a version that was published.

    Args:
        registry: that holds the version.
        version: the version.
        environment: the environment variables.

    Returns:
        Why that failed, in one line; None if it was done, or if no server is named. A version is never lost for it.
    """
    import httpx

    address = environment.get(ADDRESS, "")
    if not address:
        return None
    if not address.startswith(("http://", "https://")):
        return f"MLflow was not told of {version}: {ADDRESS} has to be the address of a server, http:// or https://"
    told = _describe(registry, version)
    version = told.version
    try:
        with _open_client(address, environment) as client:
            _tell(client, told, environment.get("MLFLOW_EXPERIMENT_NAME") or _EXPERIMENT)
    except httpx.HTTPError as error:
        reason = type(error).__name__ + (f" ({error})" if str(error) else "")
    except (_AnswerError, httpx.InvalidURL, OSError, KeyError, TypeError, ValueError) as error:
        reason = str(error) or type(error).__name__
    else:
        return None
    line = f"MLflow was not told of {version}, which is in the registry all the same: {reason}"
    return "".join(char if char.isprintable() else " " for char in line)


def _describe(registry: Registry, version: str) -> _Told:
    content_hash = registry.content_hash(version)
    record = registry.record(content_hash)
    gates = registry.notes.gate_reports(content_hash)
    gate = gates[-1] if gates else None
    params = {name: _shorten(value) for name, value in record.settings.items()}
    tags = _describe_lineage(record, content_hash) | ({} if gate is None else _describe_verdicts(gate))
    return _Told(record.version or version, params, tags, {} if gate is None else _read_figures(gate))


def _describe_lineage(record: VersionRecord, content_hash: str) -> dict[str, str]:
    tags = {
        "tipstaff.version": record.version or "",
        "tipstaff.content_hash": content_hash,
        "tipstaff.made_by": record.made_by,
        "tipstaff.started_from": record.started_from or "",
    }
    tables = (f"{table.kind}:{table.sha256} ({table.rows} rows)" for table in record.learned_from)
    return tags | {f"tipstaff.learned_from.{number}": table for number, table in enumerate(tables, start=1)}


def _describe_verdicts(gate: GateJson) -> dict[str, str]:
    tags = {"gate.passed": str(gate.get("passed") is True).lower(), "gate.champion": _shorten(gate.get("champion"))}
    return tags | {_name("gate", rule.get("rule")): _shorten(rule.get("verdict")) for rule in _rules(gate)}


def _read_figures(gate: GateJson) -> dict[str, float]:
    """Return the figures of the rules of the gate by name, such as ``gate.gain.low``."""
    return {
        _name("gate", rule.get("rule"), field): float(value)
        for rule in _rules(gate)
        for field in ("figure", "low", "high", "limit", "n")
        if isinstance(value := rule.get(field), int | float) and math.isfinite(value)
    }


def _rules(gate: GateJson) -> list[dict[str, Any]]:
    rules: Any = gate.get("rules")
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _name(*parts: object) -> str:
    return _OTHER_LETTERS.sub("_", ".".join(map(str, parts)))[:250]


def _shorten(value: object) -> str:
    return str(value)[:_LONGEST_VALUE]


def _open_client(address: str, environment: Mapping[str, str]) -> "httpx.Client":
    import httpx

    token, user = environment.get("MLFLOW_TRACKING_TOKEN"), environment.get("MLFLOW_TRACKING_USERNAME")
    headers = {"Authorization": f"Bearer {token}"} if token and not user else {}
    auth = (user, environment.get("MLFLOW_TRACKING_PASSWORD", "")) if user else None
    return httpx.Client(base_url=address.rstrip("/"), headers=headers, auth=auth, verify=_make_context(environment), timeout=_PATIENCE)


def _make_context(environment: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=environment.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or None)
    if environment.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in _TRUE:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if own := environment.get("MLFLOW_TRACKING_CLIENT_CERT_PATH"):
        context.load_cert_chain(own)
    return context


def _tell(client: "httpx.Client", told: _Told, experiment: str) -> None:
    now = int(time.time() * 1000)
    start = {"experiment_id": _find_experiment(client, experiment), "run_name": told.version, "start_time": now, "tags": _pairs(told.tags)}
    info = _call(client, "runs/create", start)["run"]["info"]
    run = cast("str", info["run_id"])
    for some in _in_batches(told.params.items()):
        _call(client, "runs/log-batch", {"run_id": run, "params": _pairs(dict(some))})
    for figures in _in_batches(told.metrics.items()):
        metrics = [{"key": name, "value": value, "timestamp": now, "step": 0} for name, value in figures]
        _call(client, "runs/log-batch", {"run_id": run, "metrics": metrics})
    _call(client, "runs/update", {"run_id": run, "status": "FINISHED", "end_time": int(time.time() * 1000)})
    # A version of theirs has to lie where they keep files; ours lies in our own registry, by the hash in its tags.
    _register(client, told, run, source=info["artifact_uri"])


def _find_experiment(client: "httpx.Client", name: str) -> str:
    """Return the id of an experiment, which is made if there is none of that name."""
    answer = client.get(f"{_API}experiments/get-by-name", params={"experiment_name": name})
    if answer.is_success:
        return cast("str", answer.json()["experiment"]["experiment_id"])
    return cast("str", _call(client, "experiments/create", {"name": name})["experiment_id"])


def _register(client: "httpx.Client", told: _Told, run: str, *, source: str) -> None:
    """Add a version to the registered model, unless it has one of that content already."""
    model = f"tipstaff-{told.version.partition('@')[0]}"
    _call(client, "registered-models/create", {"name": model}, known="RESOURCE_ALREADY_EXISTS")
    query = {"filter": f"name='{model}' and tags.`tipstaff.content_hash`='{told.tags['tipstaff.content_hash']}'"}
    answer = client.get(f"{_API}model-versions/search", params=query)
    if answer.is_success and answer.json().get("model_versions"):
        return
    body = {"name": model, "source": source, "run_id": run, "description": told.version, "tags": _pairs(told.tags)}
    _call(client, "model-versions/create", body)


def _in_batches(values: Iterable[tuple[str, _V]]) -> Iterator[list[tuple[str, _V]]]:
    """Yield as many as the server takes in one call."""
    rest = iter(values)
    while some := list(islice(rest, _MOST_AT_ONCE)):
        yield some


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": _name(key), "value": value} for key, value in values.items()]


def _call(client: "httpx.Client", path: str, body: Mapping[str, Any], *, known: str | None = None) -> dict[str, Any]:
    """Call the server and return its answer.

    Args:
        client: calls it.
        path: of the call.
        body: what is said.
        known: the code of an error that is none; the answer is then empty.

    Raises:
        _AnswerError: the server refused.
    """
    answer = client.post(f"{_API}{path}", json=body)
    if answer.is_success:
        return cast("dict[str, Any]", answer.json())
    code = _error_code(answer)
    if known is not None and code == known:
        return {}
    raise _AnswerError(f"{path} was answered {answer.status_code} {code}".rstrip())


def _error_code(answer: "httpx.Response") -> str:
    try:
        document = answer.json()
    except ValueError:
        return ""
    return _shorten(document.get("error_code", "")) if isinstance(document, dict) else ""
