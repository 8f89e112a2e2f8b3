"""The table of public sources, of which manifest and model card are made."""

from training.shipped_model.sources import ALL_SOURCES, CLEAN_SOURCES, ENGLISH_SOURCES, SOURCES


def test_every_source_names_its_licence_and_origin() -> None:
    """All sources, seventeen and ten more, say where they come from, under which licence, and how much a row counts."""
    assert (len(SOURCES), len(ENGLISH_SOURCES), len(ALL_SOURCES)) == (17, 10, 27)
    assert all(source.licence and source.origin and source.domain and 0 < source.weight <= 1 for source in ALL_SOURCES.values())


def test_clean_sources_are_sources() -> None:
    """The sources of clean conversation are among the others."""
    assert set(CLEAN_SOURCES) < set(SOURCES)
