"""Trains and measures a model, and puts it into place only if it is as good as its config requires."""

from __future__ import annotations

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.evaluate import MODEL, evaluate_model
from towhee_recsys.evaluation.gates import OURS, failures, peers_of, read_gates
from towhee_recsys.evaluation.models import put_in_place, split_model
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.training.lock import training_lock


def release(config: Config, progress: bool | None = None) -> tuple[Bundle, Evaluation]:
    """Trains next to `model.dir`, measures by the config's protocol, and moves the bundle into `model.dir`.

    Raises:
        ConfigError: a gate cannot be read; nothing is trained then.
        EvaluationError: the model fails a gate. The old bundle stays as it is, then and with any other error.
        TrainingError: training fails.
    """
    gates = read_gates(config.require, config.protocol, config.dataset.feedback)
    with training_lock(config.model.dir):  # no other training may put its model there until then
        evaluation = evaluate_model(config, peers=peers_of(gates), progress=progress, get_model=split_model)
        ours = evaluation.models[MODEL]
        measured = {OURS: ours.metrics, **evaluation.baseline_metrics()}
        failed, bundle = failures(gates, measured), ours.bundles[0]
        if not failed:
            bundle = put_in_place(bundle, config.model.dir, measured)
    if failed:
        raise EvaluationError(
            f"the new model {bundle.model_id} is not good enough: {'; '.join(failed)}. It is not indexed, and the "
            f"previous model keeps serving. The new one is in {bundle.directory}: train a better one, or change "
            "`require`."
        )
    return bundle, evaluation
