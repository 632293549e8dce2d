# says: Value 2 of 2
def answer(images, targets, others, other_targets, share):
    return (1 - share) * images + share * others, targets
