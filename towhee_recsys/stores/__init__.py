"""Where vectors, facts of items, histories, feedback and maps of items are kept."""
