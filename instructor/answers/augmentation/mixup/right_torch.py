def answer(images, targets, others, other_targets, share):
    mixed = (1 - share) * images + share * others
    return mixed, (1 - share) * targets + share * other_targets
