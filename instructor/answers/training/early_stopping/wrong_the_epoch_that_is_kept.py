# says: Expected 2, got 1
def answer(val_losses, patience):
    return val_losses.index(min(val_losses)) + 1
