# says: The gap is behind val
answer = "overfitting"
because = "train is far better than the new photos"
