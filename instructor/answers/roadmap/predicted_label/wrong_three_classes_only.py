# says: IndexError
def answer(scores):
    labels = list(scores)
    best = 0
    for i in range(3):
        if scores[labels[i]] > scores[labels[best]]:
            best = i
    return labels[best]
