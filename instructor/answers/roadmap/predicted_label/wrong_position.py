# says: return text; it returns one number
def answer(scores):
    values = list(scores.values())
    return values.index(max(values))
