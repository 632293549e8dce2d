# says: Expected 'dog', got ''
def answer(scores):
    best, highest = "", 0
    for label, score in scores.items():
        if score > highest:
            best, highest = label, score
    return best
