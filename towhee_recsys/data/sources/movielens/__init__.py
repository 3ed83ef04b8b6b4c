"""MovieLens 1M: the reader of its three files."""
