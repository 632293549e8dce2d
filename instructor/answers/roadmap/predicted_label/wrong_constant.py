# says: Expected 'dog', got 'cat'
def answer(scores):
    return "cat"
