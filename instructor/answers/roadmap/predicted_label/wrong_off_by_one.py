# says: Expected 'dog', got 'ant'
def answer(scores):
    return sorted(scores, key=scores.get)[-2]
