"""Users to vectors."""

from __future__ import annotations

from typing import Any, Literal

from towhee import register


@register(name="towhee_recsys/user_encoder")
class UserEncoderOperator:
    """A user record, or a list of them, to raw vectors float32[dim] or float32[n, dim].

        pipe.input("user").map("user", "vector", ops.towhee_recsys.user_encoder(model_dir="artifacts/ml-1m/model"))

    A record has any of the declared columns, for MovieLens `user_id, gender, age, occupation`; of a known user the id
    is enough. `unknown_user` is "error" or "general": an unknown id without another field is refused, or is as {}.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        QueryError: the model cannot encode a record; when it is called.
    """

    def __init__(self, model_dir: str, unknown_user: Literal["error", "general"] = "error"):
        from towhee_recsys.bundle import UserEncoder, load_bundle

        self._encode = UserEncoder(load_bundle(model_dir), unknown_user)

    def __call__(self, users: Any) -> Any:
        """The raw vectors of `users`."""
        return self._encode(users)
