# says: numbers differ
def answer(images):
    return images.flip(2, 3)
