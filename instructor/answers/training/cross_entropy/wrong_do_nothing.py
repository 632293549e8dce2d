# says: It should return one number; it returns an array of shape [2]
def answer(logits, label):
    return logits
