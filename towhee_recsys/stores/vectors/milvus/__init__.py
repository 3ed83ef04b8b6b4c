"""Milvus, as a file (Milvus Lite) or a server."""
