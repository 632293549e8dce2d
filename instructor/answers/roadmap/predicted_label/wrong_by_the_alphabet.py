# says: Expected 'cat', got 'panda'
def answer(scores):
    return max(scores)
