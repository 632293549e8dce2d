import math


def answer(val_losses, patience):
    lowest = math.inf
    for made, loss in enumerate(val_losses, start=1):
        if loss < lowest:
            lowest, best = loss, made
        elif made == best + patience:
            break
    return made
