# says: not attempted yet
def answer(images, targets, others, other_targets, share):
    pass
