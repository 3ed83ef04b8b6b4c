"""Users, movies and ratings: read, downloaded, split."""
