# says: The shape should be
def answer(images):
    return images[:, :, 1:].flip(2)
