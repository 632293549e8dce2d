import torch


def answer(val_losses, patience):
    losses = torch.tensor(val_losses)
    for epoch in range(patience, len(losses)):
        if epoch - int(losses[: epoch + 1].argmin()) >= patience:
            return torch.tensor(epoch + 1)
    return torch.tensor(len(losses))
