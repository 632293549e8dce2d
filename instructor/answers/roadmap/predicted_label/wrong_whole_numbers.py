# says: Expected 'dog', got 'cat'
def answer(scores):
    return max(scores, key=lambda label: int(scores[label]))
