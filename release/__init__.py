"""How a release is made, and what is checked before: `make release` and `make bounds`. Not part of the package."""
