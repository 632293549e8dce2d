# says: no number that can be right
answer = float("nan")
