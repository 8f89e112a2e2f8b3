"""The errors that Tipstaff raises on purpose.

::

    TipstaffError
    ├── ArtefactError           a stored classifier is missing, damaged, altered, not one of ours, or newer
    ├── SettingsError           a setting of the service is wrong
    ├── TaskError               a call to another system failed (in service.store.outbox_worker)
    ├── StoreError              the database cannot be reached, read or written, or is newer than this Tipstaff
    │   └── LostStoreError      the database with the keys is gone
    ├── RegistryError           a registry of versions cannot be used, or refuses a change
    │   └── RegistryRefusalError     what the caller asked of it is refused, for a reason that the caller can mend
    │       ├── UnknownVersionError     it holds no such version, or several
    │       └── UntrustedVersionError   a version is not signed as the site asks
    └── InputError (ValueError) something that the caller passed is wrong
        ├── TableError          a labelled table: file, line and field are named
        ├── DumpError           a file of comments to score: file, line and field are named
        ├── ReusedActError      the id of an act is another's already (in service.store.rulings.act)
        ├── UnsafeFileError     a file becomes too large for its size, or points outside itself; nothing more of it is read
        └── PolicyError         a policy is unknown or its thresholds are wrong

Every message is one line that says what was wrong, where, and what to do. It never holds the text of a comment.
"""

__all__ = [
    "ArtefactError",
    "DumpError",
    "InputError",
    "LostStoreError",
    "PolicyError",
    "RegistryError",
    "RegistryRefusalError",
    "SettingsError",
    "StoreError",
    "TableError",
    "TipstaffError",
    "UnknownVersionError",
    "UnsafeFileError",
    "UntrustedVersionError",
]


class TipstaffError(Exception):
    """The root of every error that Tipstaff raises on purpose."""


class ArtefactError(TipstaffError):
    """A stored classifier cannot be used."""


class SettingsError(TipstaffError):
    """A setting of the service is wrong."""


class StoreError(TipstaffError):
    """The database cannot do what it was asked; nothing has been written."""


class LostStoreError(StoreError):
    """Keys were made once, and the database that held them is gone; a new one is not begun by itself."""


class RegistryError(TipstaffError):
    """A registry of versions cannot be used, or refuses a change; nothing has been changed."""


class RegistryRefusalError(RegistryError):
    """A registry refuses what the caller asked, such as to activate a version that the gate did not let pass. No message holds a path."""


class UnknownVersionError(RegistryRefusalError):
    """The registry holds no such version, or several that are meant equally well."""


class UntrustedVersionError(RegistryRefusalError):
    """A version is not signed by a trusted key, or its signature is older than what the site has served."""


class InputError(TipstaffError, ValueError):
    """Something that the caller passed is wrong."""


class TableError(InputError):
    """A labelled table cannot be read."""


class DumpError(InputError):
    """A file of comments cannot be read."""


class UnsafeFileError(InputError):
    """A file of comments would take time or memory out of all proportion to its size, or its content points outside itself."""


class PolicyError(InputError):
    """A policy is unknown, or its thresholds are wrong."""
