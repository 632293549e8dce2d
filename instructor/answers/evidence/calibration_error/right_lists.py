def answer(confidence, right, bins):
    members = [[] for _ in range(bins)]
    for i, sure in enumerate(confidence.tolist()):
        members[min(int(sure * bins), bins - 1)].append(i)
    total = 0.0
    for here in members:
        if here:
            mean = sum(confidence[i].item() for i in here) / len(here)
            accuracy = sum(right[i].item() for i in here) / len(here)
            total += len(here) / len(confidence) * abs(mean - accuracy)
    return total
