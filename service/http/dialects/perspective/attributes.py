"""The attributes that a call asks for: which of our scores answers each, and what happens to those that none answers."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request

from service.http.dialects.perspective.google_errors import AnalyzerError, analyzer_error, invalid_request, language_error
from service.http.dialects.perspective.schemas import AttributeParameters
from service.http.dialects.verdicts import CommentVerdict
from service.http.state import get_state, pin_model, require_moderator
from service.perspective.attribute_catalogue import find_source, is_known_attribute, nearest_score, served_names
from service.perspective.attribute_names import base_name, pins_other_version, printable_name
from service.settings import Settings

if TYPE_CHECKING:
    from model.moderator import Moderator

__all__ = ["NEAREST_HEADER", "OMITTED_HEADER", "AttributeChoice", "RequestedAttribute", "RequestedAttributes"]

_log = logging.getLogger("tipstaff.http")

OMITTED_HEADER = "X-Tipstaff-Omitted-Attributes"
NEAREST_HEADER = "X-Tipstaff-Nearest-Attributes"
_PROBABILITY_TYPES = (None, "PROBABILITY", "SCORE_TYPE_UNSPECIFIED")
# A caller may ask for any number of versions of an attribute; a header has to end somewhere.
_MAX_HEADER_LENGTH = 4000
_MAX_NAMED = 20
_SETTING = "TIPSTAFF_PERSPECTIVE_UNKNOWN"
_OMITTED_ADVICE = (
    "calls ask for the attribute %s, for which the served model has no head: it is left out of the answers. "
    f"{_SETTING} can be nearest or error instead; docs/leaving-perspective.md says what these do"
)
_PINNED_ADVICE = (
    "calls ask for the attribute %s in another version of the model than the one that is served: it is left out of the answers. "
    "Without an @ and a version in its name it is answered"
)
_NEAREST_ADVICE = f"calls ask for the attribute %s, for which the served model has no head: its nearest neighbour answers ({_SETTING})"


class RequestedAttribute(NamedTuple):
    """An attribute that a call asks for.

    Attributes:
        name: its name, as the call gives it.
        source: the name of our score that answers it.
        threshold: the score below which the attribute is left out of the answer.
    """

    name: str
    source: str
    threshold: float


class RequestedAttributes(NamedTuple):
    """What a call asks for.

    Attributes:
        answered: the attributes that are answered, at least one.
        omitted: the names of those that are not, as the call gives them.
        nearest: of those that a neighbour answers, the name, as the call gives it, and the bare name of the neighbour.
    """

    answered: Sequence[RequestedAttribute]
    omitted: Sequence[str] = ()
    nearest: Sequence[tuple[str, str]] = ()

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the answer that name the attributes that are omitted, and those that a neighbour answers."""
        return _build_headers(self.omitted, self.nearest) if self.omitted or self.nearest else {}


class AttributeChoice:
    """Chooses the scores that answer the attributes of calls.

    Args:
        settings: say what happens to an attribute that Perspective had and the served model has not, or not in a comment's language.
    """

    def __init__(self, settings: Settings) -> None:
        self._mode = settings.perspective_unknown
        self._is_strict = settings.perspective_strict_languages
        self._logged: set[tuple[str, str]] = set()

    def choose(self, request: Request, requested: Mapping[str, AttributeParameters | None] | None) -> RequestedAttributes:
        """Return the attributes that a call asks for and that are answered.

        Raises:
            ProblemError: the call asks for none, for one that never existed, for another type of score, or for nothing that can be
                answered; or the service is not ready.
        """
        if not requested:
            raise analyzer_error("NO_REQUESTED_ATTRIBUTES", "Missing requested_attributes")
        _pin_version(request, requested)
        moderator = require_moderator(request)
        published, version = moderator.attributes, moderator.version
        answered, omitted, nearest = [], [], []
        for name, parameters in requested.items():
            source, neighbour = find_source(name, published=published, version=version, use_neighbours=self._mode == "nearest")
            if source is None and not is_known_attribute(name, published=published):
                raise _unknown_attribute(name)
            if parameters is not None and parameters.score_type not in _PROBABILITY_TYPES:
                raise invalid_request(f"Requested score type {parameters.score_type} is not supported by attribute {printable_name(name)}")
            if source is None:
                omitted.append(name)
                continue
            if neighbour is not None:
                nearest.append((name, neighbour))
            answered.append(RequestedAttribute(name, source, (parameters.score_threshold or 0.0) if parameters is not None else 0.0))
        if not omitted and not nearest:
            return RequestedAttributes(answered)
        self._note(request, omitted, nearest)
        if omitted and self._mode == "error":
            raise _unknown_attribute(omitted[0])
        if not answered:
            raise self._nothing_answered(omitted, moderator)
        return RequestedAttributes(answered, omitted, nearest)

    def choose_told(
        self, request: Request, requested: RequestedAttributes, result: CommentVerdict, *, languages: Sequence[str], named: bool
    ) -> RequestedAttributes:
        """Return the attributes that are answered for a comment: those that are told in its language.

        Args:
            request: the call.
            requested: the attributes that the model that judges English has a head for.
            result: what is decided about the comment.
            languages: its languages, as the caller names them or as they are detected.
            named: whether the caller names them.

        Raises:
            AnalyzerError: an attribute is not told, and the site is strict or nothing else can be answered.
        """
        if all(result.tells(attribute.source) for attribute in requested.answered):
            return requested
        answered, omitted, nearest = [], list(requested.omitted), list(requested.nearest)
        for attribute in requested.answered:
            if result.tells(attribute.source):
                answered.append(attribute)
                continue
            base = base_name(attribute.name)
            neighbour = nearest_score(base, tuple(result.attributes)) if self._mode == "nearest" else None
            is_near = neighbour is not None and result.tells(neighbour.source)
            if neighbour is not None and is_near:
                answered.append(attribute._replace(source=neighbour.source))
                nearest = [entry for entry in nearest if entry[0] != attribute.name] + [(attribute.name, neighbour.attribute)]
            else:
                omitted.append(attribute.name)
            is_refused = not is_near and (self._is_strict or self._mode == "error")
            get_state(request).metrics.count_attribute(base, "nearest" if is_near else "refused" if is_refused else "omitted")
            if is_refused:
                raise language_error(attribute.name, languages, requested=named)
        if not answered:
            raise language_error(requested.answered[0].name, languages, requested=named)
        return RequestedAttributes(answered, omitted, nearest)

    def _note(self, request: Request, omitted: Sequence[str], nearest: Sequence[tuple[str, str]]) -> None:
        """Count what the model has no head for, and log each name once, unless the caller is told with an error."""
        metrics, version = get_state(request).metrics, require_moderator(request).version
        for name in omitted:
            metrics.count_attribute(base_name(name), "refused" if self._mode == "error" else "omitted")
            if self._mode != "error":
                self._log_once(base_name(name), _PINNED_ADVICE if pins_other_version(name, version=version) else _OMITTED_ADVICE)
        for name, _ in nearest:
            metrics.count_attribute(base_name(name), "nearest")
            self._log_once(base_name(name), _NEAREST_ADVICE)

    def _log_once(self, base: str, advice: str) -> None:
        if (base, advice) not in self._logged:
            self._logged.add((base, advice))
            _log.warning(advice, base)

    def _nothing_answered(self, omitted: Sequence[str], moderator: "Moderator") -> AnalyzerError:
        """Build the refusal of a call whose answer would be empty."""
        names = ", ".join(map(printable_name, omitted[:_MAX_NAMED]))
        advice = f"Unknown requested attribute: {names}. Answered are {', '.join(served_names(moderator.attributes))}."
        if any(pins_other_version(name, version=moderator.version) for name in omitted):
            advice += " A name with @ and a version is answered by that version of the model alone: leave them out."
        if self._mode == "omit" and any(_has_neighbour(name, moderator) for name in omitted):
            advice += f" With {_SETTING}=nearest the service lets the nearest of these answer for some others."
        return invalid_request(advice)


def _pin_version(request: Request, requested: Iterable[str]) -> None:
    """Have the version judge that the attributes of a call name, if that is the former one, and none of them names the present one."""
    named = [name for name in requested if "@" in name]
    former = get_state(request).models.former if named else None
    if former is None or not all(pins_other_version(name, version=require_moderator(request).version) for name in named):
        return
    version = former.moderator.version
    if not all(pins_other_version(name, version=version) for name in named):
        pin_model(request, version)


def _has_neighbour(name: str, moderator: "Moderator") -> bool:
    source, _ = find_source(name, published=moderator.attributes, version=moderator.version, use_neighbours=True)
    return source is not None


def _unknown_attribute(name: str) -> AnalyzerError:
    return invalid_request(f"Unknown requested attribute: {printable_name(name)}")


def _build_headers(omitted: Sequence[str], nearest: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    headers = {}
    if omitted:
        headers[OMITTED_HEADER] = _join(printable_name(name) for name in omitted)
    if nearest:
        headers[NEAREST_HEADER] = _join(f"{printable_name(name)}={neighbour}" for name, neighbour in nearest)
    return headers


def _join(entries: Iterable[str]) -> str:
    """Return entries as the value of a header, with ``...`` in place of those that have no room in it."""
    text = ""
    for entry in entries:
        if len(text) + len(entry) > _MAX_HEADER_LENGTH:
            return f"{text}, ..."
        text += f", {entry}" if text else entry
    return text
