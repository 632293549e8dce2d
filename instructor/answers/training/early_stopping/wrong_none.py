# says: not attempted yet
def answer(val_losses, patience):
    for epoch in range(len(val_losses)):
        if epoch > patience:
            pass
