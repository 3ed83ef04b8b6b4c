"""The fusion model in PaddlePaddle: two towers, one cosine."""
