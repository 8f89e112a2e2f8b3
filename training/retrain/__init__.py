"""From the artefact in force and the rulings of a site, or other labelled tables, to a candidate for its successor."""
