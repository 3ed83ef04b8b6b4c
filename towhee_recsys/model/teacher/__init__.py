"""The teacher: a Bayesian matrix factorisation that predicts ratings, from which the towers learn."""

from towhee_recsys.model.teacher.bayesian import Teacher, fit_teacher, teacher_iterations
from towhee_recsys.model.teacher.side_information import design

__all__ = ["Teacher", "design", "fit_teacher", "teacher_iterations"]
