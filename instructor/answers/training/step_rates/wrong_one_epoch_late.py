# says: at [2] expected 0.05, got 0.5
def answer(lr, epochs, every):
    return [lr * 0.1 ** (max(epoch - 1, 0) // every) for epoch in range(epochs)]
