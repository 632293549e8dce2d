def answer(lr, epochs, every):
    rates = []
    for _ in range(epochs):
        rates += [lr] * every
        lr = lr / 10
    return rates[:epochs]
