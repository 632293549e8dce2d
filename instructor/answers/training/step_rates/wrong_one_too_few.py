# says: The shape should be [1], it is [0]
def answer(lr, epochs, every):
    return [lr * 0.1 ** (epoch // every) for epoch in range(epochs - 1)]
