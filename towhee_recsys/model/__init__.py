"""The fusion model: two towers whose cosine is the score, in PaddlePaddle for training and NumPy for inference."""
