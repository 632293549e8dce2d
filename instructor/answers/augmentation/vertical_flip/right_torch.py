def answer(images):
    return images.flip(-2)
