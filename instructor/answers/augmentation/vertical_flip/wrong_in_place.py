# says: It changed its input `images`
def answer(images):
    images[:] = images.flip(-2)
    return images
