# says: The shape should be
def answer(images):
    return images.transpose(2, 3)
