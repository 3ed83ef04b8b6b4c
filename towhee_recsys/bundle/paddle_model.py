"""The trained model of a bundle in PaddlePaddle, to inspect it or to train it further there."""

from __future__ import annotations

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.manifest import WEIGHTS
from towhee_recsys.bundle.towers import loaded, rating_tower, unchanged
from towhee_recsys.config.objectives import purposes
from towhee_recsys.model.paddle.fusion import FusionModel, build_model


def paddle_model(bundle: Bundle) -> FusionModel:
    """The fusion model as it was trained, in evaluation mode.

        model = paddle_model(load_bundle("artifacts/ml-1m/model"))
        arrays = [paddle.to_tensor(array) for array in bundle.users.encode([{"gender": "F", "age": 25}])]
        model.user_tower(arrays)      # raw vectors float32[1, dim], those of `UserEncoder`

    The item tower gives those of `ItemEncoder` for items with interactions; others are completed by a regression, which
    is no part of it: see docs/explanation/objectives.md.

    Seeds PaddlePaddle's generator, as building a model does.

    Raises:
        BundleError: the weights do not fit the features and the config.
    """
    loaded(bundle, "user"), loaded(bundle, "item")
    if len(purposes(bundle.config.objective)) > 1:
        rating_tower(bundle)
    with unchanged(bundle):
        weights = bundle.arrays(WEIGHTS)
    config = bundle.config
    model = build_model(bundle.users, bundle.items, config.model, config.objective, config.seed)
    model.set_state_dict({name: weights[name] for name in model.state_dict()})
    model.eval()
    return model
