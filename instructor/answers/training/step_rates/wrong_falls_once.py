# says: at [2] expected 0.002, got 0.02
def answer(lr, epochs, every):
    return [lr if epoch < every else lr / 10 for epoch in range(epochs)]
