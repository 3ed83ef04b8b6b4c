"""A new build is answered by at once; one that is not good enough is not."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.service.answers import error
from towhee_recsys.config import load_config
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.release import release
from towhee_recsys.pipelines import index_pipeline
from towhee_recsys.service import create_app
from towhee_recsys.training import train

TOKEN = "a-token-of-the-tests"
HEADERS = {"authorization": f"Bearer {TOKEN}"}
REQUEST = {"user": {"gender": "F"}}


@pytest.fixture
def config(small_config, tmp_path):
    stores = {"milvus": {"uri": str(tmp_path / "movies.db")}, "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}"}
    return load_config(small_config("training.epochs=1"), **{**stores, "serve.tokens": TOKEN})


def client(config):
    return TestClient(create_app(config), base_url="http://127.0.0.1", headers=HEADERS)


def model_of(client):
    answer = client.post("/recommend", json=REQUEST)
    assert answer.status_code == 200, answer.text
    assert answer.json()["recommendations"]
    return answer.json()["model_id"]


def published(config, **changes):
    """Trains another model and publishes it; returns its id."""
    changed = load_config(config, **changes)
    bundle = train(changed)
    index_pipeline(changed)()
    return bundle.model_id


def test_a_new_build_is_answered_by_and_reload_names_it(config):
    first = published(config)
    with client(config) as service:
        assert model_of(service) == first
        second = published(config, seed=7)
        assert service.get("/readyz").json()["model_id"] == first  # until the next request
        answer = service.post("/admin/reload").json()
        assert answer["model_id"] == second != first
        assert model_of(service) == second
        assert service.get("/readyz").json()["model_id"] == second
        third = published(config, seed=8)
        assert model_of(service) == third  # by itself, too


def test_without_follow_only_a_reload_changes_over(config):
    config = load_config(config, follow=False)
    first = published(config)
    with client(config) as service:
        second = published(config, seed=7)
        assert model_of(service) == first
        assert service.post("/admin/reload").json()["model_id"] == second
        assert model_of(service) == second


def test_a_model_that_fails_require_is_refused_and_the_old_one_serves_on(config):
    strict = load_config(config, require={"rmse": "< 4"})
    bundle, _ = release(strict)
    index_pipeline(strict)()
    with client(strict) as service:
        assert model_of(service) == bundle.model_id
        published(config, seed=7)  # trained, but never measured
        found = error(service.post("/admin/reload"), 409)
        assert found["type"] == "RefusedError"
        assert bundle.model_id in found["message"]
        assert "never measured" in found["message"]
        assert "rmse < 4" in found["message"]
        assert model_of(service) == bundle.model_id
        assert service.get("/readyz").json()["model_id"] == bundle.model_id
    with pytest.raises(EvaluationError, match="towhee-recsys run"):
        create_app(strict)


def test_a_damaged_bundle_is_refused_and_the_old_one_serves_on(config):
    first = published(config)
    with client(config) as service:
        second = published(config, seed=7)
        folder = service.app.state.recommender.published.folder(service.app.state.recommender.published.live())
        (folder / "weights.npz").write_bytes(b"damaged")
        assert "weights.npz" in error(service.post("/admin/reload"), 409)["message"]
        assert model_of(service) == first != second


def test_reload_needs_its_token(config):
    published(config)
    with client(config) as service:
        assert error(service.post("/admin/reload", headers={"authorization": "Bearer x"}), 401)
