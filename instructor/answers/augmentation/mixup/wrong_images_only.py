# says: It should return 2 values
def answer(images, targets, others, other_targets, share):
    return (1 - share) * images + share * others
