"""Records of XML documents: exports, feeds and whatever else has comments in elements of the same name."""
