# says: Value 1 of 2
def answer(images, targets, others, other_targets, share):
    return images, targets
