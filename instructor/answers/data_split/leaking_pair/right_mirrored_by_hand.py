from course_lib.exercises.data_split import riddle

hidden = riddle()
train, test = (part.images.float().flatten(1) for part in (hidden.train, hidden.test))
mirrored = hidden.test.images.flip(-1).float().flatten(1)


def unit(rows):
    rows = rows - rows.mean(1, keepdim=True)
    return rows / rows.norm(dim=1, keepdim=True)


alike = unit(train) @ unit(mirrored).T
answer = divmod(alike.argmax().item(), alike.shape[1])
