# says: Expected 3, got 4
def answer(val_losses, patience):
    return len(val_losses)
