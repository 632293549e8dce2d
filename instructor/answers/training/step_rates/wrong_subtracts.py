# says: at [2] expected 0.05, got 0.45
def answer(lr, epochs, every):
    return [lr - 0.1 * lr * (epoch // every) for epoch in range(epochs)]
