"""A model is trained and measured, and takes its place only if it is as good as its config requires."""

from __future__ import annotations

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.evaluate import MODEL, evaluate_model
from towhee_recsys.evaluation.gates import failures, peers_of, read_gates
from towhee_recsys.evaluation.models import put_in_place, split_model
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.training.lock import claimed


def release(config: Config, progress: bool | None = None) -> tuple[Bundle, Evaluation]:
    """Trains beside `model.dir`, measures by the config's protocol, and puts the bundle into `model.dir`.

    Raises ConfigError, before anything is trained, for gates that cannot be read; EvaluationError when the model
    fails one, and what training raises: the old bundle then stays as it is.
    """
    gates = read_gates(config)
    with claimed(config.model.dir):  # no other training puts its model there meanwhile
        evaluation = evaluate_model(config, peers=peers_of(gates), progress=progress, get_model=split_model)
        ours = evaluation.models[MODEL]
        failed = failures(gates, ours, evaluation)
        bundle = ours.bundles[0] if failed else put_in_place(ours.bundles[0], config.model.dir)
    if failed:
        raise EvaluationError(
            f"the new model {bundle.model_id} is not good enough: {'; '.join(failed)}. It is not indexed: what was "
            f"serving goes on serving. It lies in {bundle.directory}; train a better one, or change `require`."
        )
    return bundle, evaluation
