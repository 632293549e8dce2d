# says: return text; it returns a dict
def answer(scores):
    return scores
