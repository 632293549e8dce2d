# says: not attempted yet
def answer(scores):
    print(scores.softmax(0).max())
