# says: Expected 3, got 4
def answer(val_losses, patience):
    best = 1
    for epoch, loss in enumerate(val_losses, start=1):
        if loss < val_losses[best - 1]:
            best = epoch
        if epoch - best > patience:
            return epoch
    return len(val_losses)
