"""The fusion model in PaddlePaddle: the only code that imports Paddle."""
