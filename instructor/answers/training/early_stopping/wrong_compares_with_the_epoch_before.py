# says: Expected 4, got 5
def answer(val_losses, patience):
    waited = 0
    for epoch in range(1, len(val_losses)):
        waited = 0 if val_losses[epoch] < val_losses[epoch - 1] else waited + 1
        if waited >= patience:
            return epoch + 1
    return len(val_losses)
