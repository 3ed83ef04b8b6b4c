"""Requests: what a caller wants, and the policies by which hits become an answer."""
