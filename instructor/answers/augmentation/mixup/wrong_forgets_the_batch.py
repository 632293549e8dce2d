# says: Value 1 of 2
def answer(images, targets, others, other_targets, share):
    return (1 - share) * images[0] + share * others[0], (1 - share) * targets[0] + share * other_targets[0]
