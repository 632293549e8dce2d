import numpy as np


def answer(val_losses, patience):
    losses = np.array(val_losses)
    better = np.append(True, losses[1:] < np.minimum.accumulate(losses)[:-1])
    epochs = np.arange(1, len(losses) + 1)
    best = np.maximum.accumulate(epochs * better)
    ends = epochs[epochs - best >= patience]
    return ends[0] if len(ends) else epochs[-1]
