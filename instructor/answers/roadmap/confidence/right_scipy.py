from scipy.special import softmax


def answer(scores):
    return float(softmax(scores.numpy()).max())
