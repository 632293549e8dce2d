# says: at [2] expected 0.05, got 0.25
def answer(lr, epochs, every):
    return [lr * 0.5 ** (epoch // every) for epoch in range(epochs)]
