"""Calls Tipstaff, which labels comments: ``Client().moderate("Shut up, you pathetic idiot.").verdict``."""

from tipstaff_client.async_client import AsyncClient
from tipstaff_client.batches import Judgement
from tipstaff_client.client import Client
from tipstaff_client.errors import (
    AuthenticationError,
    CallTooLargeError,
    ConfigurationError,
    DeadlineError,
    InvalidRequestError,
    OverloadedError,
    PermissionDeniedError,
    RateLimitError,
    ServiceFaultError,
    ServiceUnreachableError,
    TipstaffClientError,
    UnexpectedAnswerError,
)
from tipstaff_client.models import (
    Comment,
    CommentError,
    CommentErrorType,
    CommentScores,
    ContributingSpan,
    FieldError,
    Format,
    JudgedComment,
    Label,
    RecordedRuling,
    ServedModel,
    StatedPrior,
    UnjudgedComment,
    Verdict,
)
from tipstaff_client.results import Judgements
from tipstaff_client.version import __version__

__all__ = [
    "AsyncClient",
    "AuthenticationError",
    "CallTooLargeError",
    "Client",
    "Comment",
    "CommentError",
    "CommentErrorType",
    "CommentScores",
    "ConfigurationError",
    "ContributingSpan",
    "DeadlineError",
    "FieldError",
    "Format",
    "InvalidRequestError",
    "JudgedComment",
    "Judgement",
    "Judgements",
    "Label",
    "OverloadedError",
    "PermissionDeniedError",
    "RateLimitError",
    "RecordedRuling",
    "ServedModel",
    "ServiceFaultError",
    "ServiceUnreachableError",
    "StatedPrior",
    "TipstaffClientError",
    "UnexpectedAnswerError",
    "UnjudgedComment",
    "Verdict",
    "__version__",
]
