# says: Value 1 of 2
def answer(images, targets, others, other_targets, share):
    return share * images + (1 - share) * others, share * targets + (1 - share) * other_targets
