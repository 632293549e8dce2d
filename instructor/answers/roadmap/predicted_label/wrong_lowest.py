# says: Expected 'dog', got 'cat'
def answer(scores):
    return min(scores, key=scores.get)
