"""An artefact: the folder that stores a classifier, its manifest and its arrays."""
