# says: Expected 3, got 4
def answer(val_losses, patience):
    best = val_losses.index(min(val_losses)) + 1
    return min(best + patience, len(val_losses))
