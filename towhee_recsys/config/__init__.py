"""The declaration of a recommender: YAML in, one checked `Config` out."""
