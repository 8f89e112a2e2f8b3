"""A module for Matrix Synapse that has Tipstaff judge what people would see: ``tipstaff_synapse.Tipstaff``."""

from tipstaff_synapse.module import Tipstaff
from tipstaff_synapse.version import __version__

__all__ = ["Tipstaff", "__version__"]
