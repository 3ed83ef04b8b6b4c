"""The HTTP service: a config's pipelines behind an address.

    uvicorn.run(create_app(load_config("movielens_1m")))

`towhee-recsys serve` runs it with graceful shutdown, several processes and log lines in JSON.
"""

from towhee_recsys.service.app import create_app
from towhee_recsys.service.server import serve

__all__ = ["create_app", "serve"]
