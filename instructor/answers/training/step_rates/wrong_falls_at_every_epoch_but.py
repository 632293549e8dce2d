# says: at [2] expected 0.002, got 0.02
def answer(lr, epochs, every):
    return [lr / 10 if epoch % every == 0 and epoch else lr for epoch in range(epochs)]
