# says: It changed its input `targets`
def answer(images, targets, others, other_targets, share):
    targets *= 1 - share
    targets += share * other_targets
    return (1 - share) * images + share * others, targets
