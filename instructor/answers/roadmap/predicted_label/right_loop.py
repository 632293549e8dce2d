def answer(scores):
    best = None
    for label, score in scores.items():
        if best is None or score > scores[best]:
            best = label
    return best
