import torch


def answer(lr, epochs, every):
    optimizer = torch.optim.SGD([torch.zeros(())], lr=lr)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=every, gamma=0.1)
    rates = []
    for _ in range(epochs):
        rates += schedule.get_last_lr()
        optimizer.step()
        schedule.step()
    return rates
