"""Milvus, as a file (Milvus Lite) or a server."""

from towhee_recsys.stores.vectors.milvus.connect import MilvusConnections

__all__ = ["MilvusConnections"]
