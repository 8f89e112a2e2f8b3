"""The language pack that a retraining starts from, where it is to teach a language that a pack reads."""

from typing import TYPE_CHECKING

from model.artefact.folder import read_manifest_of
from model.errors import InputError
from model.languages.pack_folders import PackFolder, find_packs
from model.normaliser.version import PACK_NORMALISER
from service.model_loading import LANGUAGES_OFF, own_packs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.retraining.retraining_order import RetrainingOrder
    from service.settings import Settings

__all__ = ["find_pack_champion", "find_site_packs"]


def find_site_packs(settings: "Settings") -> "Mapping[str, PackFolder]":
    """Return the packs that judge at a site, its own and those that ship, by their languages.

    Raises:
        ArtefactError: there is something wrong with the folder of its own packs.
    """
    if settings.languages == LANGUAGES_OFF:
        return {}
    own = own_packs(settings)
    return find_packs(own if own.is_dir() else None)


def find_pack_champion(order: "RetrainingOrder", settings: "Settings") -> PackFolder | None:
    """Return the pack to start from; None where the model for English is to learn, as it does where no pack reads the language.

    Args:
        order: what the caller asks for.
        settings: of the site.

    Raises:
        InputError: several languages are named, one of which a pack reads, or the pack is one for another language, or a corpus is named.
        ArtefactError: a pack cannot be read.
    """
    packs = find_site_packs(settings)
    if order.champion is not None and (manifest := read_manifest_of(order.champion)).normaliser == PACK_NORMALISER:
        packs = {manifest.languages[0]: PackFolder(order.champion, manifest)}
        if other := [tag for tag in order.languages if tag not in packs]:
            raise InputError(f"--language {other[0]}: the pack in {order.champion} is for {manifest.languages[0]!r}: name another pack")
        pack = packs[manifest.languages[0]]
    else:
        tags = [tag for tag in order.languages if tag in packs]
        if not tags or order.champion is not None:
            return None
        if len(order.languages) > 1:
            raise InputError(f"--language {tags[0]}: a pack is for one language: run the command once for each language")
        pack = packs[tags[0]]
    if order.corpus is not None:
        raise InputError("--corpus: a language pack learns from tables in its language alone: give them as tables")
    return pack
