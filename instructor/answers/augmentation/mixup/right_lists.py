def between(a, b, share):
    if isinstance(a, list):
        return [between(a[i], b[i], share) for i in range(len(a))]
    return a + share * (b - a)


def answer(images, targets, others, other_targets, share):
    pixels = between(images.tolist(), others.tolist(), share)
    return pixels, between(targets.tolist(), other_targets.tolist(), share)
