"""The exports of platforms that come as archives: how each is recognised, and which of its many files hold comments."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["DISCORD_EXPORT", "SLACK_EXPORT", "TWITTER_ARCHIVE", "ExportFinder", "ExportKind", "FoundExport"]

_MAX_PATH_LENGTH = 1000
"""The longest path that is looked at; no export has longer ones."""
_MAX_EXPORTS = 20
"""The most exports that are told apart in one archive."""


@dataclass(frozen=True)
class ExportKind:
    """The export of a platform. All patterns begin below its root, the folder that all of its files lie in.

    Attributes:
        name: what people call it.
        evidence: patterns that paths begin with; there is a path for each of them in every such export.
        dumps: the pattern of the paths of the files that hold comments.
        companions: the pattern of the paths of all other files that the platform puts into it; whatever else lies there is somebody's own.
        excluded: the pattern of those among them that hold none; None if there are none.
        recognised: the pattern of the paths of further files, read if their content is that of a platform; None if there are none.
        advice: what to do if no file holds comments that are read; None if there is nothing to say.
    """

    name: str
    evidence: tuple[str, ...]
    dumps: str
    companions: str
    excluded: str | None = None
    recognised: str | None = None
    advice: str | None = None


class FoundExport(NamedTuple):
    """An export that has been recognised in an archive.

    Attributes:
        kind: which it is.
        root: the path of the folder that holds it; empty, or ending with ``/``.
    """

    kind: ExportKind
    root: str

    def holds_comments(self, path: str) -> bool:
        """Tell whether a file below the root, whose path is given from there on, holds comments."""
        kind = self.kind
        if len(path) > _MAX_PATH_LENGTH:
            return False
        if kind.excluded is not None and re.fullmatch(kind.excluded, path):
            return False
        return re.fullmatch(kind.dumps, path) is not None

    def contains(self, path: str) -> bool:
        """Tell whether a file below the root without comments is one that the platform puts into the export."""
        return len(path) <= _MAX_PATH_LENGTH and re.fullmatch(self.kind.companions, path) is not None

    def may_hold_comments(self, path: str) -> bool:
        """Tell whether a file below the root holds comments if its content is that of a platform."""
        pattern = self.kind.recognised
        return pattern is not None and len(path) <= _MAX_PATH_LENGTH and re.fullmatch(pattern, path) is not None


SLACK_EXPORT = ExportKind(
    "export of Slack",
    (r"users\.json$", r"(?:channels|groups|dms|mpims)\.json$"),
    r"[^/]+/\d{4}-\d\d-\d\d\.json",
    r"[^/]+/(?:canvas|list)[^/]*\.json|(?:__uploads|attachments)/.*",
)
TWITTER_ARCHIVE = ExportKind(
    "archive of Twitter",
    (r"data/(?:manifest|account)\.js$",),
    r"data/(?:tweets?|note-tweet|community-tweet|deleted-(?:note-)?tweets?|direct-messages(?:-group)?)(?:-part\d+)?\.js",
    r"(?:data|assets)/.*|Your archive\.html",
)
DISCORD_EXPORT = ExportKind(
    "data package of Discord",
    (r"(?i:messages/index\.json)$", r"(?i:messages/c?\d+/(?:channel|messages)\.)"),
    r"(?i:messages/c?\d+/messages\.(?:csv|json))",
    r"(?i:messages|servers|account|activity|activities|programs|ads|support_tickets|store)/.*|README\.txt",
)
_GOOGLE_COMMENTS = (
    r"(?:(?:.*/)?(?:my-)?comments/[^/]*\.(?:csv|json|html?)|(?>(?:.*/)?)(?=[^/]*comments)[^/]*\.(?:csv|json)|Google Chat/.*/messages\.json"
    r"|Blogger/.*\.atom)"
)
_GOOGLE_TABLES = r"(?=[^/]*YouTube)[^/]*/.*\.csv"
_TELEGRAM_COMPANIONS = (
    r"(?:chats|lists|photos|files|video_files|stickers|voice_messages|round_video_messages|profile_pictures|stories|contacts|images|css|js)/.*"
    r"|(?:messages\d*|export_results)\.html"
)
_REDDIT_COMPANIONS = (
    "account_gender|announcements|approved_submitter_subreddits|birthdate|checkfile|[a-z]+_headers|[a-z_]+_votes|drafts|friends"
    "|gilded_content|gold_received|hidden_posts|ip_logs|linked_identities|linked_phone_number|messages_archive_headers"
    "|moderated_subreddits|multireddits|payouts|persona|purchases|saved_comments|saved_posts|scheduled_posts|sensitive_ads_preferences"
    "|statistics|stripe|subscribed_subreddits|twitter|user_preferences"
)
_DISCOURSE_COMPANIONS = (
    "auth_tokens|auth_token_logs|badges|bookmarks|category_preferences|flags|flags_received|likes|post_actions|preferences|queued_posts"
    "|user_archive_profile|visits"
)
_EXPORTS = (
    SLACK_EXPORT,
    TWITTER_ARCHIVE,
    ExportKind(
        "export of Facebook or Instagram",
        (
            r"your_(?:facebook|instagram)_activity/|messages/inbox/[^/]+/message_\d"
            r"|profile_information/profile_information\.|personal_information/(?:profile|personal|account)_information",
        ),
        r"(?>(?:.*/)?)(?=message_\d+\.|[^/]*(?:comments|posts|threads_and_replies)|stories\.|reels\.)[^/]*\.json",
        r"[^/]+/.*|(?:start_here|index)\.html",
        excluded=r"(?>(?:.*/)?)(?=[^/]*(?:like|saved|viewed|hidden|suggested|settings|allowed|blocked|interested|edits_|(?<!thre)ads_))[^/]*",
        advice="its pages are not read; ask for it again, in the format JSON",
    ),
    ExportKind(
        "export of Instagram", (r"connections\.json$", r"media\.json$", r"profile\.json$"), r"(?:comments|messages)\.json", r"[^/]+\.json"
    ),
    DISCORD_EXPORT,
    ExportKind(
        "export of Telegram",
        (r"result\.json$", r"messages\d*\.html$|(?:photos|video_files|stickers|voice_messages|round_video_messages|chats)/"),
        r"result\.json",
        _TELEGRAM_COMPANIONS,
    ),
    ExportKind(
        "export of Telegram",
        (r"css/style\.css$", r"js/script\.js$", r"(?:chats/[^/]+/)?messages\d*\.html$"),
        r"(?:chats/[^/]+/)?messages\d*\.html",
        _TELEGRAM_COMPANIONS,
    ),
    ExportKind(
        "repository of Bluesky",
        (r"app\.bsky\.feed\.post/",),
        r"app\.bsky\.feed\.post/[^/]+\.json",
        r"[a-z]+(?:\.[A-Za-z]+)+/.*|_?commit\.json",
    ),
    ExportKind(
        "archive of Twitter",
        (r"data/js/tweet_index\.js$", r"tweets\.csv$"),
        r"tweets\.csv",
        r"(?:data|css|img|js|lib)/.*|(?:index\.html|README\.txt)",
    ),
    ExportKind(
        "archive of Twitter", (r"data/js/tweet_index\.js$",), r"data/js/tweets/\d{4}_\d\d\.js", r"(?:data|css|img|js|lib)/.*|index\.html"
    ),
    ExportKind(
        "archive of Mastodon",
        (r"outbox\.json$", r"actor\.json$"),
        r"outbox\.json",
        r"(?:actor|likes|bookmarks)\.json|media_attachments/.*",
    ),
    ExportKind("export of Google", (r"archive_browser\.html$",), _GOOGLE_COMMENTS, r".*", recognised=_GOOGLE_TABLES),
    ExportKind("export of Google", (r"Takeout/",), rf"Takeout/{_GOOGLE_COMMENTS}", r"Takeout/.*", recognised=rf"Takeout/{_GOOGLE_TABLES}"),
    ExportKind(
        "export of Reddit",
        (r"comment_headers\.csv$", r"post_headers\.csv$"),
        r"(?:comments|posts|messages|messages_archive|chat_history)\.csv",
        rf"(?:{_REDDIT_COMPANIONS})\.csv",
    ),
    ExportKind(
        "export of LinkedIn",
        (r"Connections\.csv$", r"Profile\.csv$"),
        r"(?:Comments|Shares|messages)\.csv",
        r"[A-Z][^/]*\.csv|(?:Jobs|Articles|Verifications)/.*",
    ),
    ExportKind(
        "export of a user of Discourse",
        (r"user_archive\.csv$", r"auth_tokens\.csv$"),
        r"user_archive\.csv",
        rf"(?:{_DISCOURSE_COMPANIONS})\.(?:csv|json)",
    ),
    ExportKind("backup of Discourse", (r"dump\.sql(?:\.gz)?$", r"uploads/"), r"dump\.sql(?:\.gz)?", r"uploads/.*|meta\.json"),
    ExportKind(
        "dump of Stack Exchange",
        (r"(?:Comments|Posts)\.xml$", r"(?:Users|Votes|Badges|PostHistory|PostLinks|Tags)\.xml$"),
        r"(?:Comments|Posts)\.xml",
        r"(?:Users|Votes|Badges|PostHistory|PostLinks|Tags)\.xml",
    ),
)
_ROOT = r"(?:[^/]+/){0,8}?"
"""The folders that an export may lie in."""
_EVIDENCE = {evidence: re.compile(rf"({_ROOT})(?:{evidence})") for kind in _EXPORTS for evidence in kind.evidence}
_ANY_EVIDENCE = re.compile(rf"{_ROOT}(?:{'|'.join(_EVIDENCE)})")
"""What none of the many other files of an archive matches, so that they are looked at once."""


class ExportFinder:
    """Finds the exports that the files of an archive make up.

    Args:
        paths: the paths of all its files, or of those that are known.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.found: list[FoundExport] = []
        self._roots: defaultdict[str, set[str]] = defaultdict(set)
        for path in paths:
            self.add(path)

    def add(self, path: str) -> None:
        """Take a file into account."""
        if len(path) > _MAX_PATH_LENGTH or len(self.found) == _MAX_EXPORTS or not _ANY_EVIDENCE.match(path):
            return
        for evidence, pattern in _EVIDENCE.items():
            match = pattern.match(path)
            if match is not None and match[1] not in self._roots[evidence]:
                self._roots[evidence].add(match[1])
                for kind in _EXPORTS:
                    if evidence in kind.evidence:
                        self._add_complete(kind, match[1])

    def _add_complete(self, kind: ExportKind, root: str) -> None:
        """Note an export whose evidence is complete; of two at one root, the first counts, and of nested ones the innermost."""
        is_complete = all(root in self._roots[evidence] for evidence in kind.evidence)
        if is_complete and all(export.root != root or export.kind is not kind for export in self.found):
            self.found.append(FoundExport(kind, root))
            self.found.sort(key=lambda export: (-len(export.root), _EXPORTS.index(export.kind)))
