# says: is there a loop that does not end?
def answer(images):
    row = 0
    while row < images.shape[2]:
        images.flip(-2)
    return images
