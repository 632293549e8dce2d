# says: Value 1 of 2
def answer(images, targets, others, other_targets, share):
    return 0.5 * images + 0.5 * others, 0.5 * targets + 0.5 * other_targets
