# says: Value 1 of 2
def answer(images, targets, others, other_targets, share):
    mixed = ((1 - share) * images + share * others).byte() // 2 * 2
    return mixed, (1 - share) * targets + share * other_targets
