answer = "leakage"
because = "val is as good as train and the new photos are not"
