# says: not attempted yet
def answer(scores):
    print(max(scores, key=scores.get))
