# says: Expected 5, got 4
def answer(val_losses, patience):
    lowest, waited = val_losses[0], 0
    for epoch, loss in enumerate(val_losses[1:], start=2):
        if loss < lowest:
            lowest = loss
        else:
            waited += 1
        if waited >= patience:
            return epoch
    return len(val_losses)
