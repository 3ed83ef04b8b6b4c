"""Where vectors and item facts are kept."""
