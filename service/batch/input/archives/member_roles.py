"""What the members of an archive are for, as far as their paths tell."""

import re
from collections.abc import Iterable
from enum import StrEnum
from pathlib import PurePosixPath

__all__ = ["MemberRole", "is_table_name", "name_stem", "role_of_path"]


class MemberRole(StrEnum):
    """What a member is for; those that are passed over are called as in the remark about them."""

    DUMP = "dump"
    """It is read, and said to be unread if it cannot be."""
    POSSIBLE = "possible dump"
    """It is read if its content is that of a dump, and otherwise passed over."""
    RECOGNISED = "recognised dump"
    """It is read if its content is that of a platform whose dumps are known, and otherwise passed over."""
    MEDIA = "media"
    DOCUMENTATION = "documentation"
    CODE = "program code or settings"
    UPLOAD = "uploaded by users"
    HIDDEN = "hidden"
    COMPANION = "other parts of the export"
    TWIN = "pages of what is there as JSON"
    EMPTY = "empty"
    BARE_JSON = "JSON without texts"
    BARE_PAGE = "pages without comments"


_TABLE_SUFFIXES = {
    *(".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".tab", ".xml", ".rss", ".atom", ".parquet", ".arrow", ".feather", ".sql"),
    *(".sqlite", ".sqlite3", ".db", ".xlsx", ".xls", ".ods"),
}
_PACKED_SUFFIXES = {".gz", ".bz2", ".xz", ".zst", ".zip", ".tar", ".tgz"}
_MEDIA_SUFFIXES = {
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".avif", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".svg", ".ico"),
    *(".psd", ".ai", ".eps", ".raw", ".tgs", ".lottie"),
    *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".mpg", ".mpeg", ".flv", ".wmv", ".ts", ".m3u8"),
    *(".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".wav", ".flac", ".amr", ".wma", ".mid", ".midi"),
    *(".srt", ".vtt", ".woff", ".woff2", ".ttf", ".otf", ".eot"),
}
_DOCUMENT_SUFFIXES = {
    *(".pdf", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx", ".odp", ".epub", ".mobi", ".tex", ".bib", ".cff", ".pages", ".key"),
    *(".md", ".markdown", ".rst", ".adoc", ".org", ".ics", ".vcf", ".url", ".webloc", ".lnk", ".desktop"),
}
_CODE_SUFFIXES = {
    *(".css", ".scss", ".less", ".mjs", ".cjs", ".jsx", ".tsx", ".map", ".vue", ".wasm", ".webmanifest"),
    *(".py", ".pyc", ".pyi", ".ipynb", ".r", ".rmd", ".rproj", ".jl", ".java", ".class", ".jar", ".c", ".h", ".cpp", ".hpp", ".cs", ".go"),
    *(".rs", ".rb", ".pl", ".pm", ".php", ".sh", ".bash", ".bat", ".cmd", ".ps1", ".exe", ".dll", ".so", ".lua", ".swift", ".kt", ".m"),
    *(".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".lock", ".env", ".properties", ".dockerfile", ".tf", ".patch", ".diff"),
    *(".md5", ".sha1", ".sha256", ".sha512", ".sig", ".asc", ".crc", ".pem", ".crt", ".torrent"),
}
_CODE_NAMES = {
    *(
        "package.json",
        "package-lock.json",
        "composer.json",
        "tsconfig.json",
        "manifest.json",
        "manifest.js",
        "config.json",
        "settings.json",
    ),
    *("dataset_info.json", "dataset_infos.json", "dataset-metadata.json", "datapackage.json", "croissant.json", "state.json"),
    *("metadata.json", "meta.json", "schema.json", "requirements.txt", "robots.txt", "makefile", "dockerfile", "cname", "procfile"),
    *("sitemap.xml", "pom.xml", "mimetype", "thumbs.db", "desktop.ini", "codeowners", "gemfile", "rakefile", "cmakelists.txt"),
    *("files.txt", "filelist.txt", "file_list.txt", "checksums.txt", "md5sums", "sha1sums", "sha256sums", "md5sums.txt", "sha256sums.txt"),
}
_CODE_FOLDERS = {"node_modules", "bower_components", "site-packages", "wp-admin", "wp-includes", "dup-installer"}
_TEXTUAL_SUFFIXES = {".yml", ".yaml", ".toml"}
_COMPANION_NAMES = {
    *("actor.json", "likes.json", "bookmarks.json"),  # Mastodon's archive
    *("users.json", "channels.json", "groups.json", "dms.json", "mpims.json", "integration_logs.json", "canvases.json"),  # Slack's
    *("file_conversations.json", "huddle_transcripts.json", "lists.json", "org_users.json"),
}
"""Files beside the dumps in an archive, such as the profile and the likes in one of Mastodon."""

_DOCUMENTATION_NAME = re.compile(
    r"(?:.*[ _-])?(?:read[ _-]?me|licen[cs]e|copying|copyright|change[ _-]?log|contributing|disclaimer|code[ _-]?book|data[ _-]?sheet"
    r"|data[ _-]?dictionary|data[ _-]?card|liesmich|leeme|lisezmoi)(?:[ _.-].*)?"
    r"|about|authors|changes|citation|contributors|credits|data[ _-]?description|description|notice|terms(?:[ _-]of[ _-]use)?|todo|version",
    re.IGNORECASE,
)
_ALWAYS_DOCUMENTATION = re.compile(r"(?:code[ _-]?book|data[ _-]?dictionary)(?:[ _.-].*)?", re.IGNORECASE)
_DOCUMENTATION_SUFFIXES = {"", ".txt", ".text", ".html", ".htm", ".log"}
_PARTS_OF_A_PAGE = re.compile(r".+(?:_files|[._-]dateien|_fichiers|_archivos|_arquivos|_file|_bestanden|_pliki|_tiedostot)", re.IGNORECASE)
"""Folders in which browsers, and exporters of chats, put the pictures and scripts of a page."""
_MAX_PATH_LENGTH = 1 << 12
"""The longest path of any system; of longer ones only the end is looked at."""
_UPLOADS = re.compile(r"(?:^|/)(?:uploads/[^/]+/(?:original|optimized)|wp-content/(?:uploads|plugins|themes|cache))/")
"""Folders with what users of a site have uploaded, in backups of Discourse and WordPress."""


def role_of_path(path: str) -> MemberRole:
    """Return what a member of an archive is for, by its path alone; most of those without a known name are dumps, or should say why not.

    Args:
        path: its path in the archive.
    """
    parts = path[-_MAX_PATH_LENGTH:].split("/")
    name = parts[-1].lower()
    suffix = PurePosixPath(name).suffix
    if "__MACOSX" in parts or any(part.startswith(".") and part not in {".", ".."} for part in parts):
        return MemberRole.HIDDEN
    if suffix in _MEDIA_SUFFIXES or any(map(_PARTS_OF_A_PAGE.fullmatch, parts[:-1])):
        return MemberRole.MEDIA
    if _UPLOADS.search(path, max(len(path) - _MAX_PATH_LENGTH, 0)):
        return MemberRole.UPLOAD
    if name in _COMPANION_NAMES:
        return MemberRole.COMPANION
    if suffix in _TEXTUAL_SUFFIXES and any("comment" in part.lower() for part in parts[:-1]):
        return MemberRole.DUMP  # as sites without a database keep comments: they are not read, and that is said
    if suffix in _CODE_SUFFIXES or name in _CODE_NAMES or not _CODE_FOLDERS.isdisjoint(parts[:-1]):
        return MemberRole.CODE
    if suffix in _DOCUMENT_SUFFIXES or _is_documentation(PurePosixPath(name).stem, suffix):
        return MemberRole.DOCUMENTATION
    return MemberRole.POSSIBLE if suffix == ".js" else MemberRole.DUMP


def _is_documentation(stem: str, suffix: str) -> bool:
    if _ALWAYS_DOCUMENTATION.fullmatch(stem):
        return True
    return suffix in _DOCUMENTATION_SUFFIXES and _DOCUMENTATION_NAME.fullmatch(stem) is not None


def is_table_name(path: str) -> bool:
    """Tell whether a member is named as a table or the dump of a platform is, rather than as plain text."""
    return any(suffix.lower() in _TABLE_SUFFIXES for suffix in PurePosixPath(path).suffixes[-2:])


def name_stem(path: str) -> str:
    """Return the path of a member without the suffixes that say how it is stored: ``a/b.csv.gz`` and ``a/b.json`` are both ``a/b``."""
    pure = PurePosixPath(path)
    known: Iterable[str] = _TABLE_SUFFIXES | _PACKED_SUFFIXES | {".html", ".htm", ".txt"}
    while pure.suffix.lower() in known:
        pure = pure.with_suffix("")
    return str(pure)
