# says: at [1] expected 0.5, got 0.05
def answer(lr, epochs, every):
    return [lr * 0.1 ** (epoch // every) for epoch in range(1, epochs + 1)]
