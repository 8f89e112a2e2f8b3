"""How good an artefact is on labelled rows: figures with intervals, slices, and a report that people can read."""
