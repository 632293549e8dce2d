# says: return one number
def answer(scores):
    return scores
