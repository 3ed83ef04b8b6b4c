"""Evaluation: metrics of models and baselines on interactions that training did not use."""
