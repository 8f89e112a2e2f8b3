"""From labelled comments to a published artefact."""
