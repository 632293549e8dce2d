# says: a `return` missing
def answer(images):
    images.flip(-2)
