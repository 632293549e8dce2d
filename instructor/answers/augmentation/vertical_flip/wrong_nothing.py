# says: numbers differ
def answer(images):
    return images
