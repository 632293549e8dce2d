# says: It should return one number
def answer(confidence, right, bins):
    return confidence
