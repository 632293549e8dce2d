# says: changed its input
def answer(val_losses, patience):
    made, lowest, waited = 0, float("inf"), 0
    while val_losses and waited < patience:
        loss = val_losses.pop(0)
        made += 1
        waited = 0 if loss < lowest else waited + 1
        lowest = min(lowest, loss)
    return made
