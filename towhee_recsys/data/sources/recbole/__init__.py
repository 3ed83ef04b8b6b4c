"""RecBole's atomic files."""
