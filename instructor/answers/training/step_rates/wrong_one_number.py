# says: It should return an array of shape [1]; it returns one number
def answer(lr, epochs, every):
    return lr * 0.1 ** (epochs // every)
