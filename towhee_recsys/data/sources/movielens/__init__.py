"""MovieLens 1M: its three files, its download."""
