"""Readers of datasets, by format."""
