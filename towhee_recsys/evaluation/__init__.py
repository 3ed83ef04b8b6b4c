"""Evaluation: how good the predictions are on ratings that training never saw."""
