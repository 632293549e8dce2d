def answer(lr, epochs, every):
    return [lr * 0.1 ** (epoch // every) for epoch in range(epochs)]
